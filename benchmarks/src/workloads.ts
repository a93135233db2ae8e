/**
 * The workloads: what each one does, as figures.
 *
 * This table is the only definition. The loops in `loops/` and their twins in `native/` take every size, count and
 * range from the row, so a contender cannot measure something else. The descriptions follow hakmem's roadmap
 * (tiny-hot, random-mixed, mid-large-mt) and the programs that mimalloc-bench collects (larson and the ring of
 * its xmalloc family): described and written anew, not copied.
 */

import { allocTest } from './loops/alloc-test.ts'
import { attach } from './loops/attach.ts'
import { cache } from './loops/cache.ts'
import { tinyHotCalled, toggleCalled } from './loops/called.ts'
import { calloc } from './loops/calloc.ts'
import { glibcSimple } from './loops/glibc-simple.ts'
import { glibcThread } from './loops/glibc-thread.ts'
import type { Kind, Shape, Sizes } from './loops/kind.ts'
import { largeChurn } from './loops/large-churn.ts'
import { type LarsonShape, larson } from './loops/larson.ts'
import { mleak } from './loops/mleak.ts'
import { mstress } from './loops/mstress.ts'
import { reallocVectors } from './loops/realloc-vectors.ts'
import { type RingShape, ring } from './loops/ring.ts'
import { rptest } from './loops/rptest.ts'
import { sh6 } from './loops/sh6.ts'
import { sh8 } from './loops/sh8.ts'
import { spawn } from './loops/spawn.ts'
import { tinyHot } from './loops/tiny-hot.ts'
import { tinyHotDynamic } from './loops/tiny-hot-dynamic.ts'
import { type ToggleShape, toggle } from './loops/toggle.ts'
import { xmalloc } from './loops/xmalloc.ts'

export interface Workload {
  readonly name: string
  readonly about: string
  /** What a figure counts: `perUnit` operations per second. */
  readonly unit: string
  readonly perUnit: number
  readonly kind: Kind
  readonly shape: Shape
  /** The workload that this is a variant of: the two share an entry in the geometric mean. */
  readonly variantOf?: string
  /** Whether it tells of something other than allocators: it is then compared with none. */
  readonly apart?: true
}

const KiB = 1024
const MiB = 1024 * KiB
const GiB = 1024 * MiB

const small: Sizes = { low: 32, units: 1, shift: 0 }
const mixed: ToggleShape = { slots: 4096, low: 16, units: 1024, shift: 0 }
const mid: ToggleShape = { slots: 256, low: 8 * KiB, units: 24 * KiB + 1, shift: 0 }
const server: LarsonShape = { slots: 5000, low: 8, units: 992, shift: 0, turn: 500_000 }
const queue: RingShape = { slots: 0, low: 64, units: 1, shift: 0 }

const OPERATIONS = { unit: 'M ops/s', perUnit: 1e6 }
const ALLOCATIONS = { unit: 'M allocations/s', perUnit: 1e6 }
const ATTACHES = { unit: 'k attaches/s', perUnit: 1e3 }
const FREES = { unit: 'M frees/s', perUnit: 1e6 }
const WRITES = { unit: 'M writes/s', perUnit: 1e6 }
const LIVES = { unit: 'k threads/s', perUnit: 1e3 }
const THREADS = { unit: 'threads/s', perUnit: 1 }
const BLOCKS = { unit: 'M blocks/s', perUnit: 1e6 }

export const workloads: readonly Workload[] = [
  row({
    name: 'tiny-hot',
    about: '32 B: allocate 100, write a byte in each, free in reverse order',
    ...OPERATIONS,
    kind: tinyHot,
    shape: small,
  }),
  row({
    name: 'random-mixed',
    about: '16..1039 B: toggle a random one of 4096 slots per thread',
    ...OPERATIONS,
    kind: toggle,
    shape: mixed,
  }),
  row({
    name: 'random-mixed-256',
    variantOf: 'random-mixed',
    about: '16..1039 B: toggle a random one of 256 slots per thread',
    ...OPERATIONS,
    kind: toggle,
    shape: { ...mixed, slots: 256 },
  }),
  row({
    name: 'random-mixed-2k',
    variantOf: 'random-mixed',
    about: '16..2048 B: toggle a random one of 4096 slots per thread',
    ...OPERATIONS,
    kind: toggle,
    shape: { ...mixed, units: 2033 },
  }),
  row({
    name: 'mid-large-mt',
    about: '8..32 KiB: toggle a random one of 256 slots per thread',
    ...OPERATIONS,
    kind: toggle,
    shape: mid,
  }),
  row({
    name: 'mid-large-mt-large',
    variantOf: 'mid-large-mt',
    about: '64 KiB..1 MiB: toggle a random one of 256 slots per thread',
    ...OPERATIONS,
    kind: toggle,
    shape: { ...mid, low: 64 * KiB, units: 60 * KiB + 1, shift: 4 },
  }),
  row({
    name: 'larson',
    about: '8..999 B: replace a random one of 5000 blocks per thread; successor threads take the array over',
    ...ALLOCATIONS,
    kind: larson,
    shape: server,
  }),
  row({
    name: 'larson-mid',
    variantOf: 'larson',
    about: '8..32 KiB: the same as larson',
    ...ALLOCATIONS,
    kind: larson,
    shape: { ...server, low: 8 * KiB, units: 24 * KiB + 1 },
  }),
  row({
    name: 'ring',
    about: '64 B: one producer, one consumer that frees, 65,536 slots moved 256 at a time',
    ...BLOCKS,
    kind: ring,
    shape: queue,
  }),
  row({
    name: 'scatter-small',
    variantOf: 'scatter',
    about: '64 B: ring, but the consumer holds 2^12 blocks and frees a random one per block received',
    ...BLOCKS,
    kind: ring,
    shape: { ...queue, slots: 2 ** 12 },
  }),
  row({
    name: 'scatter',
    about: '64 B: ring, but the consumer holds 2^17 blocks and frees a random one per block received',
    ...BLOCKS,
    kind: ring,
    shape: { ...queue, slots: 2 ** 17 },
  }),
  row({
    name: 'xmalloc',
    about:
      '64 B: as many threads that only free as threads that only allocate, batches of 4096 over a locked stack',
    ...FREES,
    kind: xmalloc,
    shape: { low: 64, units: 1, shift: 0, terms: 1, batch: 4096 },
  }),
  row({
    name: 'xmalloc-sizes',
    variantOf: 'xmalloc',
    about: '8..2048 B in 17 sizes: the same as xmalloc',
    ...FREES,
    kind: xmalloc,
    shape: { low: 8, units: 2041, shift: 0, terms: 17, batch: 4096 },
  }),
  row({
    name: 'mstress',
    about: '8 B to 5 MiB: fresh threads in each round, which share a table and check every word',
    ...ALLOCATIONS,
    kind: mstress,
    shape: { low: 8, units: 505, shift: 0, scale: 50, places: 1000 },
  }),
  row({
    name: 'rptest',
    about:
      '8..16000 B, small ones likelier: a good half is freed by another thread; fresh threads every 500 loops',
    ...ALLOCATIONS,
    kind: rptest,
    shape: { low: 8, units: 15_993, shift: 0, slots: 1000, loops: 500 },
  }),
  row({
    name: 'cache-scratch',
    about: "1 B: write it again and again; the first one comes from main, next to the other threads' ones",
    ...WRITES,
    kind: cache,
    shape: { low: 1, units: 1, shift: 0, writes: 2_000_000, given: 1 },
  }),
  row({
    name: 'cache-thrash',
    about: '1 B: the same, all allocated by the thread itself',
    ...WRITES,
    kind: cache,
    shape: { low: 1, units: 1, shift: 0, writes: 2_000_000, given: 0 },
  }),
  row({
    name: 'mleak',
    about: '128 B: a fresh thread for each block, put in one of 1000 slots in place of the one that it frees',
    ...LIVES,
    kind: mleak,
    shape: { low: 128, units: 1, shift: 0, slots: 1000 },
  }),
  row({
    name: 'sh6',
    about: '1..709 B: series of small sizes through 10,000 pointers, in twice as many threads',
    ...ALLOCATIONS,
    kind: sh6,
    shape: { slots: 10_000, low: 1, units: 709, shift: 0 },
  }),
  row({
    name: 'sh8',
    about:
      '8 B..165 KiB: bursts through 1,000,000 pointers, in twice as many threads, and one that allocates for all',
    ...ALLOCATIONS,
    kind: sh8,
    shape: { slots: 1_000_000, low: 8, units: 65, shift: 0 },
  }),
  row({
    name: 'alloc-test',
    about: '5..1024 B: toggle 2^18 slots, a few of them most of the time; fill, and sum up when freed',
    ...OPERATIONS,
    kind: allocTest,
    shape: { slots: 2 ** 18, low: 5, units: 45, shift: 0 },
  }),
  row({
    name: 'glibc-simple',
    about: '16, 32, 64 B: allocate 25 to 1600, write all, free a half in order and a half in reverse',
    ...OPERATIONS,
    kind: glibcSimple,
    shape: { low: 16, units: 49, shift: 0 },
  }),
  row({
    name: 'glibc-thread',
    about: '4 B..32 KiB, most of them small: replace a random one of 1024 slots per thread, write all',
    ...ALLOCATIONS,
    kind: glibcThread,
    shape: { low: 8, units: 57, shift: 0 },
  }),
  row({
    name: 'large-churn',
    about: '5..25 MiB, zeroed: replace a random one of 20 blocks per thread, touch every page',
    unit: 'k allocations/s',
    perUnit: 1e3,
    kind: largeChurn,
    shape: { low: 5 * MiB, units: 40 * KiB + 1, shift: 9 },
  }),
  row({
    name: 'realloc-vectors',
    about: '24 vectors per thread grow by realloc to 256 KiB: to the double, by a half, by 512 B',
    ...OPERATIONS,
    kind: reallocVectors,
    shape: { low: 16, units: 32 * KiB, shift: 2 },
  }),
  row({
    name: 'calloc',
    about:
      '16 B..320 KiB, most of them small: toggle one of 256 slots per thread, all zero, which is looked at',
    ...OPERATIONS,
    kind: calloc,
    shape: { low: 16, units: 1024, shift: 0 },
  }),
  row({
    name: 'spawn',
    about: '16..1039 B: start a thread that allocates 100 blocks, frees them and ends; apart, with no ratio',
    ...THREADS,
    kind: spawn,
    shape: { low: 16, units: 1024, shift: 0, blocks: 100 },
    apart: true,
  }),
  row({
    name: 'attach',
    about:
      '64 B: attach, allocate, free, detach; the time from attaching to the first block, apart, with no ratio',
    ...ATTACHES,
    kind: attach,
    shape: { low: 64, units: 1, shift: 0 },
    apart: true,
  }),
  row({
    name: 'tiny-hot-dynamic',
    variantOf: 'tiny-hot',
    about: 'tiny-hot with a size that is read from memory for each block',
    ...OPERATIONS,
    kind: tinyHotDynamic,
    shape: small,
  }),
  row({
    name: 'tiny-hot-called',
    variantOf: 'tiny-hot',
    about: "tiny-hot through a module's exported functions, which three others call",
    ...OPERATIONS,
    kind: tinyHotCalled,
    shape: small,
  }),
  row({
    name: 'random-mixed-called',
    variantOf: 'random-mixed',
    about: "random-mixed through a module's exported functions, which three others call",
    ...OPERATIONS,
    kind: toggleCalled,
    shape: mixed,
  }),
]

/** Makes sure that a shape is what its kind takes. */
function row<S extends Shape>(row: Workload & { readonly kind: Kind<S>; readonly shape: S }): Workload {
  return row
}

/** The kind of workload of this name: the worker's way back from a message to the loops. */
export function kindNamed(name: string): Kind {
  const found = workloads.find(({ kind }) => kind.name === name)
  if (found === undefined) throw new Error(`no kind of workload is called '${name}'`)
  return found.kind
}

/** Below the 2 GiB where offsets get slow. */
const MOST_HEAP = 2 ** 31 - MiB
/** The most of it that is live: what sizes that vary and threads that hold extents of their own leave no room for. */
const MOST_LIVE = 0.6 * MOST_HEAP

/**
 * A heap that no workload fills: four times the live bytes, 32 MiB for each thread, which may hold what others freed
 * while it gets no processor, at least 256 MiB, and MOST_HEAP at most.
 */
export function heapBytesOf(kind: Kind, shape: Shape, threads: number): number {
  const wanted = Math.max(256 * MiB, threads * 32 * MiB, 4 * kind.live(shape, threads).bytes)
  return Math.min(2 ** Math.ceil(Math.log2(wanted)), MOST_HEAP)
}

/** Why so many threads are too many for a workload; undefined if they are not. */
export function tooLarge({ kind, shape }: Workload, threads: number): string | undefined {
  const { bytes } = kind.live(shape, threads)
  if (bytes <= MOST_LIVE) return undefined
  const live = (bytes / GiB).toFixed(1)
  return `it would keep ${live} GiB allocated, and the heaps of contenders in JavaScript have 2 GiB at most`
}
