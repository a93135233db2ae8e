/**
 * The workloads: what each one does, as figures.
 *
 * This table is the only definition. The loops in `loops/` and their twins in `native/twin.c` take every
 * size, count and range from the `Shape` they are handed, so a contender cannot measure something else.
 * The descriptions follow hakmem's roadmap (tiny-hot, random-mixed, mid-large-mt) and the programs that
 * mimalloc-bench collects (larson and the ring of its xmalloc family): described and written anew, not copied.
 */

/** Which loop runs: see the file of the same name in `loops/`. */
export type Kind = 'tiny-hot' | 'toggle' | 'larson' | 'ring'

/** Sizes are `low + (x << shift)` with x uniform in 0 .. units - 1. */
export interface Shape {
  readonly kind: Kind
  /** Pointers a lane holds: slots to pick from, the length of a batch, or (ring) the consumer's table; 0 is none. */
  readonly slots: number
  readonly low: number
  readonly units: number
  readonly shift: number
  /** larson only: replacements before a thread hands its array to the other thread of its lane. */
  readonly turn: number
}

export interface Workload {
  readonly name: string
  readonly about: string
  readonly unit: string
  readonly shape: Shape
  /** Whether a block may be freed by another thread than its allocator's. */
  readonly passesBlocks: boolean
  /** A fixed number of threads, whatever was asked for. */
  readonly fixedThreads?: number
}

const KiB = 1024

const tiny: Shape = { kind: 'tiny-hot', slots: 100, low: 32, units: 1, shift: 0, turn: 0 }
const mixed: Shape = { kind: 'toggle', slots: 4096, low: 16, units: 1024, shift: 0, turn: 0 }
const mid: Shape = { kind: 'toggle', slots: 256, low: 8 * KiB, units: 24 * KiB + 1, shift: 0, turn: 0 }
const larson: Shape = { kind: 'larson', slots: 5000, low: 8, units: 992, shift: 0, turn: 500_000 }
const ring: Shape = { kind: 'ring', slots: 0, low: 64, units: 1, shift: 0, turn: 0 }

const OPERATIONS = 'M ops/s'
const ALLOCATIONS = 'M allocations/s'
const BLOCKS = 'M blocks/s'

export const workloads: readonly Workload[] = [
  {
    name: 'tiny-hot',
    about: '32 B: allocate 100, write a byte in each, free in reverse order',
    unit: OPERATIONS,
    shape: tiny,
    passesBlocks: false,
  },
  {
    name: 'random-mixed',
    about: '16..1039 B: toggle a random one of 4096 slots per thread',
    unit: OPERATIONS,
    shape: mixed,
    passesBlocks: false,
  },
  {
    name: 'random-mixed-256',
    about: '16..1039 B: toggle a random one of 256 slots per thread',
    unit: OPERATIONS,
    shape: { ...mixed, slots: 256 },
    passesBlocks: false,
  },
  {
    name: 'random-mixed-2k',
    about: '16..2048 B: toggle a random one of 4096 slots per thread',
    unit: OPERATIONS,
    shape: { ...mixed, units: 2033 },
    passesBlocks: false,
  },
  {
    name: 'mid-large-mt',
    about: '8..32 KiB: toggle a random one of 256 slots per thread',
    unit: OPERATIONS,
    shape: mid,
    passesBlocks: false,
  },
  {
    name: 'mid-large-mt-large',
    about: '64 KiB..1 MiB: toggle a random one of 256 slots per thread',
    unit: OPERATIONS,
    shape: { ...mid, low: 64 * KiB, units: 60 * KiB + 1, shift: 4 },
    passesBlocks: false,
  },
  {
    name: 'larson',
    about: '8..999 B: replace a random one of 5000 blocks per thread; successor threads take the array over',
    unit: ALLOCATIONS,
    shape: larson,
    passesBlocks: true,
  },
  {
    name: 'larson-mid',
    about: '8..32 KiB: the same as larson',
    unit: ALLOCATIONS,
    shape: { ...larson, low: 8 * KiB, units: 24 * KiB + 1 },
    passesBlocks: true,
  },
  {
    name: 'ring',
    about: '64 B: one producer, one consumer that frees, 65,536 slots moved 256 at a time',
    unit: BLOCKS,
    shape: ring,
    passesBlocks: true,
    fixedThreads: 2,
  },
  {
    name: 'scatter-small',
    about: '64 B: ring, but the consumer holds 2^12 blocks and frees a random one per block received',
    unit: BLOCKS,
    shape: { ...ring, slots: 2 ** 12 },
    passesBlocks: true,
    fixedThreads: 2,
  },
  {
    name: 'scatter',
    about: '64 B: ring, but the consumer holds 2^17 blocks and frees a random one per block received',
    unit: BLOCKS,
    shape: { ...ring, slots: 2 ** 17 },
    passesBlocks: true,
    fixedThreads: 2,
  },
]

/** Lanes are the independent parts of a workload: one per thread, but a ring is one lane of two threads. */
export function lanesOf(shape: Shape, threads: number): number {
  return shape.kind === 'ring' ? 1 : threads
}

/** Whether the loop can be asked for one operation, so that its time can be taken. */
export function stepsSingly(shape: Shape): boolean {
  return shape.kind === 'toggle' || shape.kind === 'larson'
}

/** Threads to start: a larson lane has one thread at work and one that waits to succeed it. */
export function seatsOf(shape: Shape, threads: number): number {
  if (shape.kind === 'ring') return 2
  return shape.kind === 'larson' ? 2 * threads : threads
}

/** Blocks allocated and not yet freed in the steady state; a ring counts as half full. */
export function liveBlocksOf(shape: Shape, threads: number): number {
  if (shape.kind === 'ring') return shape.slots + 32_768
  return (threads * shape.slots) / (shape.kind === 'toggle' ? 2 : 1)
}

/** The bytes that were asked for in these blocks. */
export function liveBytesOf(shape: Shape, threads: number): number {
  const averageSize = shape.low + ((shape.units - 1) / 2) * 2 ** shape.shift
  return liveBlocksOf(shape, threads) * averageSize
}

/** A heap that no workload fills: four times the live bytes, at least 256 MiB, below the 2 GiB where offsets get slow. */
export function heapBytesOf(shape: Shape, threads: number): number {
  const wanted = Math.max(256 * KiB * KiB, 4 * liveBytesOf(shape, threads))
  return Math.min(2 ** Math.ceil(Math.log2(wanted)), 2 ** 31 - 2 ** 20)
}
