/** Paths of blocks below 64 KiB: from and to the cache, refills by each stage, flushes, frees of another thread's. */

import { CLASS_OF } from '@hakmem/arena'
import type { Moves, Path, Stage } from './stage.ts'

const MANY = 100
const KiB = 1024
/** What refills and flushes are measured with. */
const SIZE = 32
/** Slabs of another thread in each of which one block is freed. */
const FOREIGN = 64

/** malloc and free that find what they need in the cache. */
export function cached(stage: Stage, size: number, count: number): Path[] {
  const { heap, blocks } = stage
  return [
    {
      name: `malloc ${size} B`,
      calls: count,
      moves: { mallocs: count },
      before: () => stage.warm(size, count),
      run() {
        for (let k = 0; k < count; k++) blocks[k] = heap.malloc(size)
      },
      after: () => stage.release(heap, 0, count),
    },
    {
      name: `free ${size} B`,
      calls: count,
      moves: { freesLocal: count },
      before: () => stage.allocate(heap, size, count),
      run() {
        for (let k = 0; k < count; k++) heap.free(blocks[k])
      },
      after() {},
    },
  ]
}

export function refills(stage: Stage): Path[] {
  const { heap, other, blocks } = stage
  const slab = stage.perSlab(SIZE)
  const full = capOf(stage) + 1

  /** A malloc with an empty cache, after `live` blocks were allocated and `lead` did its part. */
  const refill = (name: string, moves: Moves, live: number, lead: () => void): Path => ({
    name,
    moves: { mallocs: 1, ...moves },
    before() {
      stage.clear()
      stage.allocate(heap, SIZE, live)
      lead()
    },
    run() {
      blocks[live] = heap.malloc(SIZE)
    },
    after() {
      // What the other thread freed may have been handed out again.
      for (let k = 0; k <= live; k++) if (heap.owns(blocks[k])) heap.free(blocks[k])
      stage.clear()
    },
  })

  return [
    refill('a magazine', { reloaded: 1 }, full, () => {
      stage.release(heap, 0, full)
      stage.allocate(heap, SIZE, heap.record.slabs.cached(CLASS_OF[SIZE >>> 4]))
    }),
    refill('the run being swept', { refillOwn: 1 }, 1, () => heap.flush()),
    refill('a flagged run', { refillDirty: 1 }, slab, () => stage.release(other, 0, slab / 2)),
    // Rotation has no counter: it is what a refill that moves none has left.
    refill('a run in rotation', {}, slab, () => {
      stage.release(heap, 0, 10)
      heap.flush()
    }),
    refill('a fresh slab', { refillFresh: 1 }, 0, () => {
      stage.kept = [heap.malloc(48)]
      heap.flush()
    }),
    refill('a run of an adopted orphan', { refillAdopted: 1, refillDirty: 1 }, 0, () => {
      stage.kept = [other.malloc(SIZE)]
      other.park()
    }),
    refill('a fresh slab in an adopted orphan', { refillAdopted: 1, refillFresh: 1 }, 0, () => {
      stage.kept = [other.malloc(48)]
      other.park()
    }),
    refill('a claimed extent', { refillExtent: 1 }, 0, () => {}),
  ]
}

function capOf({ heap }: Stage): number {
  return heap.arena.geometry.caps[CLASS_OF[SIZE >>> 4]]
}

export function flushes(stage: Stage): Path[] {
  const { heap, blocks } = stage
  const cap = capOf(stage)

  /** With a full cache, and live blocks beside those in it. */
  const full = (name: string, moves: Moves, run: () => void, live: number): Path => ({
    name,
    moves,
    before() {
      stage.clear()
      stage.allocate(heap, SIZE, cap + 1)
      heap.flush()
      stage.release(heap, 0, cap)
    },
    run,
    after() {
      stage.release(heap, cap, live)
      stage.clear()
    },
  })

  return [
    full('free into a full cache', { stowed: 1, freesLocal: 1 }, () => heap.free(blocks[cap]), cap),
    full('flush() of a full cache', { flushes: 1 }, () => heap.flush(), cap + 1),
  ]
}

export function remoteFrees(stage: Stage): Path[] {
  const { heap, other, blocks } = stage
  const step = stage.perSlab(KiB)

  /** Frees of another thread's blocks, each in a slab of its own in which `raised` others were freed before. */
  const remote = (name: string, moves: Moves, raised: number): Path => ({
    name,
    calls: FOREIGN,
    moves: { freesRemote: FOREIGN, ...moves },
    before() {
      stage.clear()
      stage.allocate(other, KiB, FOREIGN * step)
      for (let k = 0; k < FOREIGN * raised; k++) heap.free(blocks[k * step])
    },
    run() {
      for (let k = 0; k < FOREIGN; k++) heap.free(blocks[k * step + raised])
    },
    after() {
      for (let k = 0; k < FOREIGN * step; k++) if (k % step > raised) other.free(blocks[k])
      stage.clear()
    },
  })

  return [
    remote('free of a foreign block, flag down', { announced: FOREIGN }, 0),
    remote('free of a foreign block, flag up', {}, 1),
    {
      name: 'free into an orphan, which adopts it',
      moves: { refillAdopted: 1, freesRemote: 1 },
      before() {
        stage.clear()
        stage.allocate(other, 48, 2)
        other.park()
      },
      run: () => heap.free(blocks[0]),
      after() {
        heap.free(blocks[1])
        stage.clear()
      },
    },
  ]
}

export function changes(stage: Stage): Path[] {
  const { heap, blocks } = stage
  const many = (name: string, moves: Moves, before: () => void, change: (p: number) => number): Path => ({
    name,
    calls: MANY,
    moves,
    before,
    run() {
      for (let k = 0; k < MANY; k++) blocks[k] = change(blocks[k])
    },
    after: () => stage.release(heap, 0, MANY),
  })

  return [
    many(
      'calloc 64 B',
      { mallocs: MANY },
      () => stage.warm(64, MANY),
      () => heap.calloc(1, 64),
    ),
    many(
      'realloc 100 to 110 B, in place',
      {},
      () => stage.allocate(heap, 100, MANY),
      (p) => heap.realloc(p, 110),
    ),
    many(
      'realloc 64 to 128 B, moved',
      { mallocs: MANY, freesLocal: MANY },
      () => {
        stage.warm(128, MANY)
        stage.allocate(heap, 64, MANY)
      },
      (p) => heap.realloc(p, 128),
    ),
  ]
}
