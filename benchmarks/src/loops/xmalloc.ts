/**
 * xmalloc, after the test of the xmalloc paper (Lever and Boreham) as mimalloc-bench runs it, described, not copied:
 * half of the threads only allocate, the other half only free. Batches (of 4096 blocks) go from the ones to the others
 * over a stack of at most 100 batches behind a lock, so any releaser may free any allocator's blocks.
 *
 * Sizes are one of a sequence that doubles in two steps, `low`, 1.5 `low`, 2 `low`, ... : its first term alone, or 17
 * from 8 to 2048 bytes.
 *
 * Chosen where the description leaves it open: asked for T threads there are T allocators and T releasers; the lists
 * of pointers lie outside the heap; an allocator takes a place on the stack before it fills a batch; a block's first
 * word is written by the one and read by the other. An operation is a free.
 *
 * Fixed runs: each allocator makes its share; who frees it depends on the schedule, so the checksum adds up the words
 * read in any order, and only the sum of the lanes' operations is fixed.
 */

import type { Part, Task } from '../contender/part.ts'
import { monotonicSeconds, pause } from '../contender/waiting.ts'
import type { Allocator } from '../peers/allocator.ts'
import { type Board, type Lane, RANDOM, report, SUM } from './board.ts'
import { apart, type Kind, type Sizes } from './kind.ts'

type XmallocShape = Sizes & {
  /** How many terms of the sequence of sizes are drawn from. */
  readonly terms: number
  /** Blocks of a batch. */
  readonly batch: number
}

const PLACES = 100
/** Shared words: 1 while a thread uses those below; the last task that ended, written with Atomics. */
const LOCK = 0
const ENDED = 16
/** Batches that were ever taken off the stack, and that were ever made. */
const TAKEN = 32
const MADE = 33
/** Places on the stack that are full or being filled. */
const OCCUPIED = 34
/** How many batches are full and how many empty, and from 48 on which: the full ones first. */
const FULL = 35
const EMPTY = 36
const FULL_STACK = 48
const EMPTY_STACK = FULL_STACK + PLACES
const NONE = -1

/** One for each place and one in each releaser's hand. */
function mostBatches(threads: number): number {
  return PLACES + threads
}

/** What is done with a batch, whose pointers are at `from`. */
type Handle = (from: number) => void

function runAllocator(part: Part<XmallocShape>, task: Task, fill: Handle): void {
  const { board, shape } = part
  const { words } = board
  for (let left = Math.ceil(task.operations / shape.batch); left > 0; left--) {
    let batch = NONE
    for (let spins = 0; batch === NONE; spins++) {
      if (Atomics.load(words, ENDED) === task.round) return
      pause(board, spins)
      batch = takePlace(board)
    }
    apart(fill, batch * shape.batch)
    lock(board)
    words[FULL_STACK + words[FULL]++] = batch
    unlock(board)
  }
}

function bindFill(heap: Allocator, { pointers }: Board, { words }: Lane, shape: XmallocShape): Handle {
  const { U32 } = heap
  const { low, terms, batch: count } = shape
  return (from) => {
    let random = words[RANDOM]
    for (let i = 0; i < count; i++) {
      random ^= random << 13
      random ^= random >>> 17
      random ^= random << 5
      const term = Math.imul(random >>> 16, terms) >>> 16
      const p = heap.malloc(sizeOf(low, term))
      U32[p >>> 2] = random
      pointers[from + i] = p
    }
    words[RANDOM] = random
  }
}

/** The terms are low, 1.5 low, 2 low, 3 low, 4 low, ... */
function sizeOf(low: number, term: number): number {
  return (low + (term & 1) * (low >>> 1)) << (term >>> 1)
}

function runReleaser(part: Part<XmallocShape>, task: Task, empty: Handle): void {
  const { board, shape, seats, started } = part
  const { words } = board
  const lane = part.lane(part.seat >>> 1)
  const all = Math.ceil(task.operations / shape.batch) * (seats / 2)
  let now = monotonicSeconds()
  let done = 0
  let spins = 0
  // However late, one batch at least is released.
  while ((now - started < task.seconds || done === 0) && Atomics.load(words, ENDED) !== task.round) {
    const batch = takeBatch(board)
    if (batch !== NONE) {
      apart(empty, batch * shape.batch)
      lock(board)
      words[EMPTY_STACK + words[EMPTY]++] = batch
      unlock(board)
      done += shape.batch
      spins = 0
    } else if (Atomics.load(words, TAKEN) === all) break
    else pause(board, spins++)
    now = monotonicSeconds()
  }
  if (now - started >= task.seconds) Atomics.store(words, ENDED, task.round)
  report(lane, now, done)
}

function bindEmpty(heap: Allocator, { pointers }: Board, { words }: Lane, shape: XmallocShape): Handle {
  const { U32 } = heap
  const { batch: count } = shape
  return (from) => {
    let sum = words[SUM]
    for (let i = 0; i < count; i++) {
      const p = pointers[from + i]
      sum = (sum + U32[p >>> 2]) | 0
      heap.free(p)
    }
    words[SUM] = sum
  }
}

/** An empty batch, for which there is a place on the stack, or NONE. */
function takePlace(board: Board): number {
  const { words } = board
  let batch = NONE
  lock(board)
  if (words[OCCUPIED] < PLACES) {
    words[OCCUPIED]++
    batch = words[EMPTY] > 0 ? words[EMPTY_STACK + --words[EMPTY]] : words[MADE]++
  }
  unlock(board)
  return batch
}

/** The full batch on top of the stack, or NONE. */
function takeBatch(board: Board): number {
  const { words } = board
  let batch = NONE
  lock(board)
  if (words[FULL] > 0) {
    batch = words[FULL_STACK + --words[FULL]]
    words[OCCUPIED]--
    words[TAKEN]++
  }
  unlock(board)
  return batch
}

function lock(board: Board): void {
  // Partner: the store in unlock, after which the words and pointers of the last holder are there to read.
  for (let spins = 0; Atomics.compareExchange(board.words, LOCK, 0, 1) !== 0; spins++) pause(board, spins)
}

function unlock({ words }: Board): void {
  Atomics.store(words, LOCK, 0)
}

export const xmalloc: Kind<XmallocShape> = {
  name: 'xmalloc',
  passesBlocks: true,
  lanes: (threads) => threads,
  seats: (threads) => 2 * threads,
  busy: (threads) => 2 * threads,
  pointersPerLane: () => 0,
  shared: ({ batch }, threads) => ({
    words: EMPTY_STACK + mostBatches(threads),
    pointers: mostBatches(threads) * batch,
  }),
  // The stack counts as half full.
  live: (shape) => {
    const blocks = (PLACES / 2) * shape.batch
    let bytes = 0
    for (let term = 0; term < shape.terms; term++) bytes += sizeOf(shape.low, term) / shape.terms
    return { blocks, bytes: blocks * bytes }
  },
  idle: (shape) => ({ ...shape, batch: 16 }),
  sit: (part) => {
    const { heap, board, shape } = part
    const lane = part.lane(part.seat >>> 1)
    if (part.seat % 2 === 0) {
      const fill = bindFill(heap, board, lane, shape)
      return { run: (task) => runAllocator(part, task, fill) }
    }
    const empty = bindEmpty(heap, board, lane, shape)
    return { run: (task) => runReleaser(part, task, empty) }
  },
}
