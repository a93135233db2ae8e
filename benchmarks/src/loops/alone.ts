/** Workloads in which each thread has a lane and works for itself: what is left to say is the loop and what it holds. */

import { Pace } from '../contender/pace.ts'
import type { Part, Task } from '../contender/part.ts'
import { sampleLoop } from '../contender/sample.ts'
import { monotonicSeconds } from '../contender/waiting.ts'
import type { Allocator } from '../peers/allocator.ts'
import { type Lane, report, SUM } from './board.ts'
import { apart, type Bind, type Kind, type Loop, type Shape } from './kind.ts'

/** The least operations between two looks at the clock. */
export const LEAST = 64

interface Alone<S extends Shape>
  extends Pick<Kind<S>, 'name' | 'pointersPerLane' | 'live' | 'idle' | 'fillsBlocks' | 'single'> {
  bind: Bind<S>
  /** The least operations between two looks at the clock, LEAST unless told. */
  readonly least?: number
  /** Frees what the lane holds. */
  empty?(heap: Allocator, lane: Lane): void
}

export function alone<S extends Shape>({ bind, least, empty, ...kind }: Alone<S>): Kind<S> {
  return {
    ...kind,
    passesBlocks: false,
    lanes: (threads) => threads,
    seats: (threads) => threads,
    sit: (part) => {
      const lane = part.lane(part.seat)
      const loop = bind(part.heap, lane, part.shape)
      return {
        run: (task) => runAlone(part, task, loop, least),
        sample: (task) => sampleLoop(lane, loop, task),
        empty: () => empty?.(part.heap, lane),
      }
    },
  }
}

/** What frees all that a lane's pointers still hold, in order, and adds what `digest` reads of each block. */
export function emptySlots(digest: (heap: Allocator, p: number) => number) {
  return (heap: Allocator, { words, pointers }: Lane): void => {
    for (const held of pointers) {
      if (held === 0) continue
      words[SUM] += digest(heap, held)
      heap.free(held)
    }
    pointers.fill(0)
  }
}

export const firstByte = ({ U8 }: Allocator, p: number): number => U8[p]
export const firstWord = ({ U32 }: Allocator, p: number): number => U32[p >>> 2]

/** A seat's part where it works at the lane of the same number. */
export function runAlone<S extends Shape>(part: Part<S>, task: Task, loop: Loop, least = LEAST): void {
  const { started } = part
  const lane = part.lane(part.seat)
  let now = monotonicSeconds()
  const pace = new Pace(least, now)
  let done = 0
  do {
    done += apart(loop, Math.min(pace.chunk, task.operations - done))
    now = monotonicSeconds()
    pace.adapt(now)
  } while (now - started < task.seconds && done < task.operations)
  report(lane, now, done)
}
