// Counts the ordered operations of single calls, with `#ordering` replaced by the recorder, and prints the largest.

import { Arena, ThreadRecord } from '@hakmem/arena'
import { Heap } from '@hakmem/core'
import { randomFrom } from '@hakmem/testing/random'
import { specialise } from '../dist/specialise.js'
import type { Recording } from './ordering.recorder.ts'

/** Ordered operations: reads of state bytes by sweeps, recounts and collections; and all others. */
export interface Count {
  readonly blockReads: number
  readonly otherSteps: number
}

export interface Steps {
  readonly bytes: number
  readonly threads: number
  readonly fast: Count
  readonly remoteFree: Count
  /** The largest count of one call, by what is played. */
  readonly worst: Record<string, Count>
}

const MIB = 2 ** 20
const bytes = 8 * MIB
const threads = 4
const { recording } = globalThis as unknown as { recording: Recording }
let ids = 100

function heapsOf(): Heap[] {
  const arena = Arena.create({ bytes, threads })
  return Array.from({ length: threads }, () => new Heap(ThreadRecord.claim(arena, ids++)))
}

const NONE: Count = { blockReads: 0, otherSteps: 0 }

/** The larger of `most` and the count of what `body` does. */
function counted(most: Count, body: () => unknown): Count {
  const { counts } = recording
  for (const name of Object.keys(counts)) counts[name] = 0
  body()
  const { seen: blockReads = 0, ...others } = counts
  const otherSteps = Object.values(others).reduce((sum, count) => sum + count, 0)
  return {
    blockReads: Math.max(most.blockReads, blockReads),
    otherSteps: Math.max(most.otherSteps, otherSteps),
  }
}

function fill(heap: Heap, size: number): number[] {
  const blocks: number[] = []
  for (let p = heap.tryMalloc(size); p !== 0; p = heap.tryMalloc(size)) blocks.push(p)
  return blocks
}

function fast(): Count {
  const [a] = heapsOf()
  a.free(a.malloc(100))
  return counted(NONE, () => {
    for (let k = 0; k < 1000; k++) a.free(a.malloc(100))
  })
}

/** By the free that `Heap.create` gives. */
function remoteFree(): Count {
  const arena = Arena.create({ bytes, threads })
  const [a, b] = [1, 2].map(() => {
    const record = ThreadRecord.claim(arena, ids++)
    return new (specialise(Heap, record))(record)
  })
  const blocks = Array.from({ length: 5000 }, (_, k) => a.malloc(16 + (k % 2000)))
  return blocks.reduce((most, p) => counted(most, () => b.free(p)), NONE)
}

/** The heap full of a dead thread's blocks: whoever asks next adopts everything, and finds nothing. */
function fullOfOrphans(size: number): Count {
  const [a, b] = heapsOf()
  fill(a, size)
  b.reap(a.thread)
  let most = counted(NONE, () => b.tryMalloc(100_000))
  most = counted(most, () => b.tryMalloc(size))
  return counted(most, () => b.tryMalloc(3000))
}

/** The heap full of the blocks of threads that detached: whoever asks next dissolves their records first. */
function fullOfVacancies(size: number): Count {
  const heaps = heapsOf()
  for (const heap of heaps.slice(1)) {
    for (let k = 0; k < MIB / 4 / size; k++) heap.malloc(size)
    heap.detach()
  }
  return counted(NONE, () => heaps[0].tryMalloc(7 * MIB))
}

/** All of it freed by another thread, none of which was collected. */
function fullOfMarks(size: number): Count {
  const [a, b] = heapsOf()
  for (const p of fill(a, size)) b.free(p)
  const room = a.audit().capacity - a.audit().metadata
  return counted(NONE, () => a.malloc(room))
}

/** Flags on runs without a free block, as lost and late announcements leave them, in every class. */
function staleFlags(): Count {
  const [a] = heapsOf()
  fill(a, 64)
  const { arena } = a
  let most = NONE
  for (let k = 0; k < 20; k++) {
    arena.F.fill(1)
    arena.W.fill(1000, a.record.at + 832, a.record.at + 896)
    most = counted(most, () => a.tryMalloc(64))
  }
  return most
}

/** Anything, by anyone, in a heap that is full most of the time. */
function anything(): Count {
  const heaps = heapsOf()
  const random = randomFrom(3)
  const live: number[] = []
  let most = NONE
  for (let step = 0; step < 30_000; step++) {
    const heap = heaps[random(threads)]
    if (live.length > 0 && random(20) < 9) {
      const [p] = live.splice(random(live.length), 1)
      most = counted(most, () => heap.free(p))
    } else {
      const size = 1 + random(2 ** (4 + random(15)))
      most = counted(most, () => {
        const p = heap.tryMalloc(size)
        if (p !== 0) live.push(p)
      })
    }
    if (random(1000) === 0) heap.park()
  }
  return most
}

const steps: Steps = {
  bytes,
  threads,
  fast: fast(),
  remoteFree: remoteFree(),
  worst: {
    'a heap full of orphans, 16 B': fullOfOrphans(16),
    'a heap full of orphans, 1 KiB': fullOfOrphans(1024),
    'a heap full of orphans, 64 KiB': fullOfOrphans(65_536),
    'a heap with vacant records, 64 B': fullOfVacancies(64),
    'a heap full of marks, 16 B': fullOfMarks(16),
    'stale flags': staleFlags(),
    anything: anything(),
  },
}
console.log(JSON.stringify(steps))
