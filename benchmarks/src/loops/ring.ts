/**
 * ring and scatter: one thread allocates blocks of 64 bytes, another frees them; they meet in a ring of
 * 65,536 pointers moved 256 at a time. Every free is of a foreign block: the best case of a remote free.
 *
 * In scatter the consumer puts each block in a random place of a table and frees the block that was there, so
 * the frees hit the producer's pages in no order at all: the hard case, where collecting costs cache misses.
 */

import { Pace } from '../contender/pace.ts'
import type { Part, Task } from '../contender/part.ts'
import { monotonicSeconds, pause } from '../contender/waiting.ts'
import type { Allocator } from '../peers/allocator.ts'
import { type Lane, RANDOM, report, SUM } from './board.ts'
import { apart, type Kind, type Sizes } from './kind.ts'

export type RingShape = Sizes & {
  /** Places of the consumer's table, a power of two; 0 is none. */
  readonly slots: number
}

const BATCH = 256
const RING_SLOTS = 65_536
const RING_MASK = RING_SLOTS - 1
/** Shared words, a cache line each: how far the producer and the consumer are, and the last round that ended. */
const HEAD = 0
const TAIL = 16
const STOP = 32
const SHARED_WORDS = 48
/** Word of a block that carries its number. */
const NUMBER = 2

/** Moves a batch, which is in the ring from place `first` on. */
type Move = (first: number) => void

/** Allocates one batch into the ring, from place `first` on. */
function bindProduce(heap: Allocator, ring: Uint32Array): Move {
  const { U32 } = heap
  return (first) => {
    for (let i = 0; i < BATCH; i++) {
      const p = heap.malloc(64)
      U32[(p >>> 2) + NUMBER] = first + i
      ring[(first + i) & RING_MASK] = p
    }
  }
}

/** Frees one batch from the ring. */
function bindConsume(heap: Allocator, ring: Uint32Array, { words }: Lane): Move {
  const { U32 } = heap
  return (first) => {
    let sum = words[SUM]
    for (let i = 0; i < BATCH; i++) {
      const p = ring[(first + i) & RING_MASK]
      sum = (sum + U32[(p >>> 2) + NUMBER]) | 0
      heap.free(p)
    }
    words[SUM] = sum
  }
}

/** Moves one batch from the ring into the table, and frees what it displaces. */
function bindScatter(heap: Allocator, ring: Uint32Array, { words, pointers: table }: Lane): Move {
  const { U32 } = heap
  const mask = table.length - 1
  return (first) => {
    let random = words[RANDOM]
    let sum = words[SUM]
    for (let i = 0; i < BATCH; i++) {
      const p = ring[(first + i) & RING_MASK]
      random ^= random << 13
      random ^= random >>> 17
      random ^= random << 5
      const place = (random >>> 5) & mask
      sum = (sum + Math.imul(place + 1, U32[(p >>> 2) + NUMBER])) | 0
      const displaced = table[place]
      table[place] = p
      if (displaced !== 0) heap.free(displaced)
    }
    words[RANDOM] = random
    words[SUM] = sum
  }
}

/** Frees what the table still holds. */
function emptyTable(heap: Allocator, lane: Lane): void {
  const words = heap.U32
  let sum = lane.words[SUM]
  for (let place = 0; place < lane.pointers.length; place++) {
    const p = lane.pointers[place]
    if (p === 0) continue
    sum = (sum + words[(p >>> 2) + NUMBER]) | 0
    heap.free(p)
    lane.pointers[place] = 0
  }
  lane.words[SUM] = sum
}

function runProducer({ board }: Part<RingShape>, task: Task, produce: Move): void {
  const { words } = board
  const batches = Math.ceil(task.operations / BATCH)
  let first = Atomics.load(words, HEAD)
  for (let batch = 0; batch < batches; batch++) {
    for (let spins = 0; ((first + BATCH - Atomics.load(words, TAIL)) | 0) > RING_SLOTS; spins++) {
      if (Atomics.load(words, STOP) === task.round) return
      pause(board, spins)
    }
    apart(produce, first)
    first = (first + BATCH) | 0
    Atomics.store(words, HEAD, first)
    if (Atomics.load(words, STOP) === task.round) return
  }
}

function runConsumer(part: Part<RingShape>, task: Task, consume: Move): void {
  const { board, started } = part
  const { words } = board
  const batches = Math.ceil(task.operations / BATCH)
  let first = Atomics.load(words, TAIL)
  let now = monotonicSeconds()
  let done = 0
  const pace = new Pace(1, now)
  do {
    for (let left = Math.min(pace.chunk, batches - done); left > 0; left--) {
      for (let spins = 0; Atomics.load(words, HEAD) === first; spins++) pause(board, spins)
      apart(consume, first)
      first = (first + BATCH) | 0
      done++
      Atomics.store(words, TAIL, first)
    }
    now = monotonicSeconds()
    pace.adapt(now)
  } while (now - started < task.seconds && done < batches)
  Atomics.store(words, STOP, task.round)
  report(part.lane(0), now, done * BATCH)
}

export const ring: Kind<RingShape> = {
  name: 'ring',
  passesBlocks: true,
  fixedThreads: 2,
  lanes: () => 1,
  seats: () => 2,
  pointersPerLane: ({ slots }) => slots,
  shared: () => ({ words: SHARED_WORDS, pointers: RING_SLOTS }),
  live: ({ slots, low }) => {
    const blocks = slots + RING_SLOTS / 2
    return { blocks, bytes: blocks * low }
  },
  sit: (part) => {
    const { heap, board, shape } = part
    if (part.seat === 0) {
      const produce = bindProduce(heap, board.pointers)
      return { run: (task) => runProducer(part, task, produce) }
    }
    const lane = part.lane(0)
    const consume = (shape.slots === 0 ? bindConsume : bindScatter)(heap, board.pointers, lane)
    return {
      run: (task) => runConsumer(part, task, consume),
      empty: () => emptyTable(part.heap, lane),
    }
  },
}
