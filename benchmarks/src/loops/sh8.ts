/**
 * sh8: bursts of sizes from 8 bytes to 165 KiB, the small ones in thousands, through a buffer of a million pointers over
 * the number of threads that were asked for, in twice as many threads; `windows.ts` says what becomes of the
 * blocks. Meanwhile one more thread allocates blocks of 8 bytes, a share for each of the others at a time, and these free
 * a share whenever their buffer is full: about one such block for 80 of their own.
 */

import type { Part, Task } from '../contender/part.ts'
import { pause } from '../contender/waiting.ts'
import { runAlone } from './alone.ts'
import { SUM } from './board.ts'
import type { Kind, Loop, Sizes } from './kind.ts'
import { type Bursts, bindBursts, emptyBuffer, liveOf, noWindow } from './windows.ts'

type Sh8Shape = Sizes & {
  /** Pointers of all buffers of one half of the threads. */
  readonly slots: number
}

const bursts: Bursts = {
  sizes: Int32Array.of(8, 16, 48, 72, 148, 200, 520, 1056, 4096, 9162, 34_562, 168_524),
  counts: Int32Array.of(1000, 5000, 1000, 100, 100, 100, 10, 5, 3, 1, 1, 1),
}

/** Shares that may wait for a thread. */
const DEPTH = 8
/** Words for each lane, a cache line each: blocks given to it so far, blocks it has freed, the last round it ended. */
const GIVEN = 0
const FREED = 16
const ENDED = 32
const LANE = 48

const placesOf = ({ slots }: Sh8Shape, threads: number) => Math.floor(slots / threads)
const shareOf = (places: number) => Math.floor(places / 100)

/** Allocates for all others until they have ended. */
function runGiver(part: Part<Sh8Shape>, task: Task): void {
  const { heap, board } = part
  const { words, pointers, lanes } = board
  const share = shareOf(lanes[0].pointers.length)
  const room = DEPTH * share
  for (let spins = 0; ; spins++) {
    let running = false
    for (let lane = 0; lane < lanes.length; lane++) {
      running ||= Atomics.load(words, lane * LANE + ENDED) !== task.round
      const given = words[lane * LANE + GIVEN]
      if (given - Atomics.load(words, lane * LANE + FREED) === room) continue
      for (let k = given; k < given + share; k++) {
        const p = heap.malloc(8)
        heap.U32[p >>> 2] = k
        pointers[lane * room + (k % room)] = p
      }
      // Read by `freeShare` and `empty` of the lane: what is in `pointers` by now is theirs.
      Atomics.store(words, lane * LANE + GIVEN, given + share)
      spins = 0
    }
    if (!running) return
    pause(board, spins)
  }
}

function runLane(part: Part<Sh8Shape>, task: Task, loop: Loop): void {
  runAlone(part, task, loop)
  // Read by the giver.
  Atomics.store(part.board.words, part.seat * LANE + ENDED, task.round)
}

/** Frees the next share that was given to this lane, and waits for it if need be. */
function freeShare(part: Part<Sh8Shape>): void {
  const { heap, board, seat } = part
  const { words, pointers, lanes } = board
  const lane = lanes[seat]
  const share = shareOf(lane.pointers.length)
  const freed = words[seat * LANE + FREED]
  for (let spins = 0; Atomics.load(words, seat * LANE + GIVEN) === freed; spins++) pause(board, spins)
  for (let k = freed; k < freed + share; k++) {
    const p = pointers[seat * DEPTH * share + (k % (DEPTH * share))]
    lane.words[SUM] += heap.U32[p >>> 2]
    heap.free(p)
  }
  // Read by the giver, which then may use these places of `pointers` again.
  Atomics.store(words, seat * LANE + FREED, freed + share)
}

function empty(part: Part<Sh8Shape>): void {
  const { heap, board, seat } = part
  const { words, pointers, lanes } = board
  const lane = lanes[seat]
  emptyBuffer(heap, lane)
  const room = DEPTH * shareOf(lane.pointers.length)
  const given = Atomics.load(words, seat * LANE + GIVEN)
  for (let k = words[seat * LANE + FREED]; k < given; k++) heap.free(pointers[seat * room + (k % room)])
  Atomics.store(words, seat * LANE + FREED, given)
}

export const sh8: Kind<Sh8Shape> = {
  name: 'sh8',
  passesBlocks: true,
  lanes: (threads) => 2 * threads,
  seats: (threads) => 2 * threads + 1,
  busy: (threads) => 2 * threads + 1,
  pointersPerLane: placesOf,
  shared: (shape, threads) => ({
    words: 2 * threads * LANE,
    pointers: 2 * threads * DEPTH * shareOf(placesOf(shape, threads)),
  }),
  live: (shape, threads) => liveOf(bursts, 2 * threads * placesOf(shape, threads)),
  idle: (shape) => ({ ...shape, slots: 800 }),
  prepare: (_, lane) => noWindow(lane),
  sit: (part) => {
    const { heap, board, seat } = part
    if (seat === board.lanes.length) return { run: (task) => runGiver(part, task) }
    const loop = bindBursts(heap, part.lane(seat), bursts, () => freeShare(part))
    return { run: (task) => runLane(part, task, loop), empty: () => empty(part) }
  },
}
