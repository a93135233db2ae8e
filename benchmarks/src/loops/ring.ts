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

/** Allocates one batch into the ring, from place `first` on. */
function produce(heap: Allocator, ring: Uint32Array, first: number): void {
  const words = heap.U32
  for (let i = 0; i < BATCH; i++) {
    const p = heap.malloc(64)
    words[(p >>> 2) + NUMBER] = first + i
    ring[(first + i) & RING_MASK] = p
  }
}

/** Frees one batch from the ring. */
function consume(heap: Allocator, ring: Uint32Array, first: number, lane: Lane): void {
  const words = heap.U32
  let sum = lane.words[SUM]
  for (let i = 0; i < BATCH; i++) {
    const p = ring[(first + i) & RING_MASK]
    sum = (sum + words[(p >>> 2) + NUMBER]) | 0
    heap.free(p)
  }
  lane.words[SUM] = sum
}

/** Moves one batch from the ring into the table, and frees what it displaces. */
function scatter(heap: Allocator, ring: Uint32Array, first: number, lane: Lane): void {
  const words = heap.U32
  const table = lane.pointers
  const mask = table.length - 1
  let random = lane.words[RANDOM]
  let sum = lane.words[SUM]
  for (let i = 0; i < BATCH; i++) {
    const p = ring[(first + i) & RING_MASK]
    random ^= random << 13
    random ^= random >>> 17
    random ^= random << 5
    const place = (random >>> 5) & mask
    sum = (sum + Math.imul(place + 1, words[(p >>> 2) + NUMBER])) | 0
    const displaced = table[place]
    table[place] = p
    if (displaced !== 0) heap.free(displaced)
  }
  lane.words[RANDOM] = random
  lane.words[SUM] = sum
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

function runProducer(part: Part<RingShape>, task: Task): void {
  const { heap, board } = part
  const { words, pointers: ring } = board
  const batches = Math.ceil(task.operations / BATCH)
  let first = Atomics.load(words, HEAD)
  for (let batch = 0; batch < batches; batch++) {
    for (let spins = 0; ((first + BATCH - Atomics.load(words, TAIL)) | 0) > RING_SLOTS; spins++) {
      if (Atomics.load(words, STOP) === task.round) return
      pause(board, spins)
    }
    apart(produce, heap, ring, first)
    first = (first + BATCH) | 0
    Atomics.store(words, HEAD, first)
    if (Atomics.load(words, STOP) === task.round) return
  }
}

function runConsumer(part: Part<RingShape>, task: Task): void {
  const { heap, board, shape, started } = part
  const { words, pointers: ring } = board
  const lane = part.lane(0)
  const step = shape.slots === 0 ? consume : scatter
  const batches = Math.ceil(task.operations / BATCH)
  let first = Atomics.load(words, TAIL)
  let now = monotonicSeconds()
  let done = 0
  const pace = new Pace(1, now)
  do {
    for (let left = Math.min(pace.chunk, batches - done); left > 0; left--) {
      for (let spins = 0; Atomics.load(words, HEAD) === first; spins++) pause(board, spins)
      apart(step, heap, ring, first, lane)
      first = (first + BATCH) | 0
      done++
      Atomics.store(words, TAIL, first)
    }
    now = monotonicSeconds()
    pace.adapt(now)
  } while (now - started < task.seconds && done < batches)
  Atomics.store(words, STOP, task.round)
  report(lane, now, done * BATCH)
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
  run: (part, task) => (part.seat === 0 ? runProducer(part, task) : runConsumer(part, task)),
  empty: (part) => {
    if (part.seat === 1) emptyTable(part.heap, part.lane(0))
  },
}
