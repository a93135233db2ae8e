/** Workloads in which each thread has a lane and works for itself: what is left to say is the loop and what it holds. */

import { Pace } from '../contender/pace.ts'
import type { Part, Task } from '../contender/part.ts'
import { takeSamples } from '../contender/sample.ts'
import { monotonicSeconds } from '../contender/waiting.ts'
import type { Allocator } from '../peers/allocator.ts'
import { type Lane, report } from './board.ts'
import type { Kind, Shape, Step } from './kind.ts'

/** The least operations between two looks at the clock. */
export const LEAST = 64

export interface Alone<S extends Shape> extends Pick<Kind<S>, 'name' | 'pointersPerLane' | 'live' | 'idle'> {
  step: Step<S>
  /** Whether the loop can be asked for one operation, so that its time can be taken. */
  readonly single: boolean
  /** Frees what the lane holds. */
  empty?(heap: Allocator, lane: Lane, shape: S): void
}

export function alone<S extends Shape>({ step, single, empty, ...kind }: Alone<S>): Kind<S> {
  return {
    ...kind,
    passesBlocks: false,
    lanes: (threads) => threads,
    seats: (threads) => threads,
    run: (part, task) => runAlone(part, task, step),
    ...(single && { sample: (part, task) => takeSamples(part, part.lane(part.seat), step, task) }),
    ...(empty && { empty: (part) => empty(part.heap, part.lane(part.seat), part.shape) }),
  }
}

/** A seat's part in a run of such a workload. */
export function runAlone<S extends Shape>(part: Part<S>, task: Task, step: Step<S>): void {
  const { heap, shape } = part
  const lane = part.lane(part.seat)
  const started = monotonicSeconds()
  const pace = new Pace(LEAST, started)
  let now = started
  let done = 0
  while (now - started < task.seconds && done < task.operations) {
    done += step(heap, lane, Math.min(pace.chunk, task.operations - done), shape)
    now = monotonicSeconds()
    pace.adapt(now)
  }
  report(lane, started, now, done)
}
