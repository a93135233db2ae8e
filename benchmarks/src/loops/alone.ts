/** Workloads in which each thread has a lane and works for itself: what is left to say is the loop and what it holds. */

import { Pace } from '../contender/pace.ts'
import type { Part, Task } from '../contender/part.ts'
import { sampleSteps } from '../contender/sample.ts'
import { monotonicSeconds } from '../contender/waiting.ts'
import type { Allocator } from '../peers/allocator.ts'
import { type Lane, report, SUM } from './board.ts'
import { apart, type Kind, type Shape, type Step } from './kind.ts'

/** The least operations between two looks at the clock. */
export const LEAST = 64

export interface Alone<S extends Shape>
  extends Pick<Kind<S>, 'name' | 'pointersPerLane' | 'live' | 'idle' | 'fillsBlocks'> {
  step: Step<S>
  /** Whether the loop can be asked for one operation, so that its time can be taken. */
  readonly single: boolean
  /** The least operations between two looks at the clock, LEAST unless told. */
  readonly least?: number
  /** Frees what the lane holds. */
  empty?(heap: Allocator, lane: Lane, shape: S): void
}

export function alone<S extends Shape>({ step, single, least, empty, ...kind }: Alone<S>): Kind<S> {
  return {
    ...kind,
    passesBlocks: false,
    lanes: (threads) => threads,
    seats: (threads) => threads,
    run: (part, task) => runAlone(part, task, step, least),
    ...(single && { sample: (part, task) => sampleSteps(part, part.lane(part.seat), step, task) }),
    ...(empty && { empty: (part) => empty(part.heap, part.lane(part.seat), part.shape) }),
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
export function runAlone<S extends Shape>(part: Part<S>, task: Task, step: Step<S>, least = LEAST): void {
  const { heap, shape, started } = part
  const lane = part.lane(part.seat)
  let now = monotonicSeconds()
  const pace = new Pace(least, now)
  let done = 0
  do {
    done += apart(step, heap, lane, Math.min(pace.chunk, task.operations - done), shape)
    now = monotonicSeconds()
    pace.adapt(now)
  } while (now - started < task.seconds && done < task.operations)
  report(lane, now, done)
}
