/**
 * larson, after Larson and Krishnan's server simulation as mimalloc-bench runs it, described, not copied:
 * every lane holds 5000 blocks that the main thread allocated and shuffled; a thread frees a random one and
 * allocates anew in its place, and after 500,000 replacements hands the array to a successor thread. So most
 * blocks are freed by a thread that did not allocate them, among blocks of all ages.
 */

import { Pace } from '../contender/pace.ts'
import type { Part, Task } from '../contender/part.ts'
import { sampleLoop } from '../contender/sample.ts'
import { monotonicSeconds, waitFor } from '../contender/waiting.ts'
import type { Allocator, Views } from '../peers/allocator.ts'
import { LEAST } from './alone.ts'
import { type Lane, OPERATIONS, OWN, RANDOM, report, SUM } from './board.ts'
import { apart, averageSize, type Kind, type Sizes } from './kind.ts'

export type LarsonShape = Sizes & {
  /** Blocks of each lane. */
  readonly slots: number
  /** Replacements before a thread hands its array to the other thread of its lane. */
  readonly turn: number
}

/** The side (0 or 1) of a lane that may run; the other waits on this word. */
const TURN = OWN
/** Replacements left of this turn. */
const LEFT = OWN + 1
/** The last round that the lane has finished. */
const STOPPED = OWN + 2

/** The loop of a lane that goes from thread to thread, and in each to another heap each time. */
type Replace = (heap: Allocator, operations: number) => number

/** Replaces a random block `operations` times: each is one free and one malloc. */
function bindReplace({ U16: halves }: Views, { words, pointers: blocks }: Lane, shape: LarsonShape): Replace {
  const { slots, low, units, shift } = shape
  return (heap, operations) => {
    let random = words[RANDOM]
    let sum = words[SUM]
    for (let i = 0; i < operations; i++) {
      random ^= random << 13
      random ^= random >>> 17
      random ^= random << 5
      const slot = Math.imul(random & 0xffff, slots) >>> 16
      const size = low + ((Math.imul(random >>> 16, units) >>> 16) << shift)
      heap.free(blocks[slot])
      const p = heap.malloc(size)
      halves[p >>> 1] = random
      blocks[slot] = p
      sum = (sum + Math.imul(slot + 1, size)) | 0
    }
    words[RANDOM] = random
    words[SUM] = sum
    return operations
  }
}

/** The main thread's part: allocates a lane's blocks, shuffles them, and makes four replacements per block. */
function prepare(heap: Allocator, lane: Lane, shape: LarsonShape): void {
  const halves = heap.U16
  const blocks = lane.pointers
  const { slots, low, units, shift } = shape
  let random = lane.words[RANDOM]
  const next = () => {
    random ^= random << 13
    random ^= random >>> 17
    random ^= random << 5
  }
  for (let slot = 0; slot < slots; slot++) {
    next()
    const p = heap.malloc(low + ((Math.imul(random >>> 16, units) >>> 16) << shift))
    halves[p >>> 1] = random
    blocks[slot] = p
  }
  for (let slot = slots - 1; slot > 0; slot--) {
    next()
    const other = Math.imul(random & 0xffff, slot + 1) >>> 16
    const p = blocks[slot]
    blocks[slot] = blocks[other]
    blocks[other] = p
  }
  lane.words[RANDOM] = random
  bindReplace(heap, lane, shape)(heap, 4 * slots)
  lane.words[LEFT] = shape.turn
}

/** Frees all blocks of a lane, in order. */
function empty(heap: Allocator, lane: Lane): void {
  let sum = lane.words[SUM]
  for (const p of lane.pointers) {
    sum = (sum + heap.U8[p] + heap.U8[p + 1]) | 0
    heap.free(p)
  }
  lane.pointers.fill(0)
  lane.words[SUM] = sum
}

/** Two threads to a lane, of which one works and the other waits to succeed it. */
function runInTurn(part: Part<LarsonShape>, task: Task, lane: Lane, replace: Replace): void {
  const { words } = lane
  const side = part.seat & 1
  for (;;) {
    const turn = Atomics.load(words, TURN)
    if (Atomics.load(words, STOPPED) === task.round) return
    if (turn !== side) {
      waitFor(part.board, words, TURN, turn)
      continue
    }
    const ended = runTurn(part, task, lane, replace)
    if (ended) Atomics.store(words, STOPPED, task.round)
    else Atomics.store(words, TURN, 1 - side)
    Atomics.notify(words, TURN)
  }
}

/** Runs until the turn ends (false) or the round does (true). */
function runTurn(part: Part<LarsonShape>, task: Task, lane: Lane, replace: Replace): boolean {
  const { words, clock } = lane
  const { heap, shape, started } = part
  let now = monotonicSeconds()
  let done = clock[OPERATIONS]
  let left = words[LEFT]
  const pace = new Pace(LEAST, now)
  do {
    const ran = apart(replace, heap, Math.min(pace.chunk, left, task.operations - done))
    done += ran
    left -= ran
    now = monotonicSeconds()
    pace.adapt(now)
  } while (left > 0 && now - started < task.seconds && done < task.operations)
  report(lane, now, done)
  words[LEFT] = left
  if (left > 0) return true
  words[LEFT] = shape.turn
  part.leave()
  return now - started >= task.seconds || done >= task.operations
}

export const larson: Kind<LarsonShape> = {
  name: 'larson',
  passesBlocks: true,
  lanes: (threads) => threads,
  seats: (threads) => 2 * threads,
  pointersPerLane: ({ slots }) => slots,
  live: (shape, threads) => {
    const blocks = threads * shape.slots
    return { blocks, bytes: blocks * averageSize(shape) }
  },
  idle: (shape) => ({ ...shape, slots: 64, low: 16, units: 1, shift: 0 }),
  prepare,
  single: true,
  sit: (part) => {
    const lane = part.lane(part.seat >>> 1)
    const replace = bindReplace(part.heap, lane, part.shape)
    const isAtWork = () => lane.words[TURN] === (part.seat & 1)
    return {
      run: (task) => runInTurn(part, task, lane, replace),
      sample: (task) => {
        if (isAtWork()) sampleLoop(lane, (operations) => replace(part.heap, operations), task)
      },
      empty: () => {
        if (isAtWork()) empty(part.heap, lane)
      },
    }
  },
}
