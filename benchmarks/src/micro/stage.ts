/**
 * Where the paths are taken: a heap, and what leads up to a path and clears up behind it. One thread plays two: `other`
 * is a heap object with a record of its own, in which it can leave blocks to free and extents to adopt. Between paths
 * nothing is live and nothing cached.
 */

import { type CounterName, type Ptr, ThreadRecord } from '@hakmem/arena'
import { Heap, type HeapOptions } from '@hakmem/core'

export interface Path {
  readonly name: string
  /** What the calls move among the counters of stages, and by how much; no other stage may be passed. */
  readonly moves: Moves
  /** Calls in a run; one unless told. */
  readonly calls?: number
  /** Brings the heap to where the calls take this path. Not timed, like `after`. */
  before(): void
  run(): void
  after(): void
}

export type Moves = Readonly<Partial<Record<CounterName, number>>>

/** `counters` also counts single operations. */
export type StageOptions = Pick<HeapOptions, 'counters'>

/** A thread id that no worker of this process gets. */
const OTHER = 2 ** 29

export class Stage {
  readonly heap: Heap
  readonly other: Heap
  /** The blocks at hand. */
  readonly blocks: Uint32Array
  /** Blocks that are held besides, to keep an extent or a run from being given back. */
  kept: Ptr[] = []

  constructor(options: StageOptions) {
    this.heap = Heap.create({ bytes: 256 * 2 ** 20, threads: 4, ...options })
    this.other = new Heap(ThreadRecord.claim(this.heap.arena, OTHER))
    // One more than the largest cache holds.
    this.blocks = new Uint32Array(this.perSlab(16) + 1)
  }

  /** Blocks of this size in a slab. */
  perSlab(size: number): number {
    return Math.floor(2 ** this.heap.arena.geometry.slabShift / size)
  }

  allocate(by: Heap, size: number, count: number): void {
    for (let k = 0; k < count; k++) this.blocks[k] = by.malloc(size)
  }

  /** Frees blocks [from, to). */
  release(by: Heap, from: number, to: number): void {
    for (let k = from; k < to; k++) by.free(this.blocks[k])
  }

  /** Fills the cache of a size with at least `count` blocks. */
  warm(size: number, count: number): void {
    this.allocate(this.heap, size, count)
    this.release(this.heap, 0, count)
  }

  /** Gives everything back, and empties all caches. */
  clear(): void {
    for (const p of this.kept) this.heap.free(p)
    this.kept = []
    this.other.park()
    this.heap.flush()
  }
}
