/**
 * cache-scratch and cache-thrash, after the tests of the Hoard paper (Berger and others, 2000), described, not copied:
 * do threads get bytes in the same cache line? Each thread allocates 1 byte, writes it again and again, and frees it.
 * Then a thread that shares its line with another is slowed down by it, and nothing else matters: T threads should
 * do T times as much as one.
 *
 * In scratch, main first allocates a byte for each thread, one after the other, so probably in one line, and each
 * thread frees its own: an allocator that gives a thread again what it freed shares the line from then on.
 *
 * Chosen where the description leaves it open: main is a thread of its own that waits from then on; a thread writes
 * 2 * 10^6 / T times, then allocates anew, until the time is up; a write reads the byte and adds 1. An operation is
 * a write.
 */

import type { Part, Task } from '../contender/part.ts'
import { meet } from '../contender/waiting.ts'
import type { Allocator } from '../peers/allocator.ts'
import { runAlone } from './alone.ts'
import { type Lane, RANDOM, SUM } from './board.ts'
import type { Kind, Loop, Sizes } from './kind.ts'

type CacheShape = Sizes & {
  /** Writes of all threads together before each of them allocates anew. */
  readonly writes: number
  /** Whether each thread first frees a byte that main has allocated: 1 or 0. */
  readonly given: number
}

/** Main's part. */
function give({ heap, board, shape, seats }: Part<CacheShape>): void {
  if (shape.given === 1) for (const lane of board.lanes) lane.pointers[0] = heap.malloc(1)
  meet(board, seats)
}

function run(part: Part<CacheShape>, task: Task, { pointers }: Lane, scribble: Loop): void {
  meet(part.board, part.seats)
  if (part.shape.given === 1) part.heap.free(pointers[0])
  runAlone(part, task, scribble)
}

function bindScribble(heap: Allocator, { words }: Lane, each: number): Loop {
  const bytes = heap.U8
  return (operations) => {
    const cycles = Math.ceil(operations / each)
    for (let cycle = 0; cycle < cycles; cycle++) {
      const p = heap.malloc(1)
      bytes[p] = words[RANDOM]
      for (let i = 0; i < each; i++) bytes[p]++
      words[SUM] += bytes[p]
      heap.free(p)
    }
    return cycles * each
  }
}

export const cache: Kind<CacheShape> = {
  name: 'cache',
  passesBlocks: true,
  lanes: (threads) => threads,
  seats: (threads) => threads + 1,
  pointersPerLane: () => 1,
  live: (_, threads) => ({ blocks: threads, bytes: threads }),
  sit: (part) => {
    const threads = part.seats - 1
    if (part.seat === threads) return { run: () => give(part) }
    const lane = part.lane(part.seat)
    const scribble = bindScribble(part.heap, lane, Math.ceil(part.shape.writes / threads))
    return { run: (task) => run(part, task, lane, scribble) }
  },
}
