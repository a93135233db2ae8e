/** Takes the time of single operations: one in GAP + 1, after a quarter of the time in which V8 gets to know this loop. */

import { type Lane, SAMPLES } from '../loops/board.ts'
import type { Shape, Step } from '../loops/kind.ts'
import type { Part, Task } from './part.ts'

/** Operations between two that are timed. */
const GAP = 64

/** Leaves the times at the lane, in milliseconds. */
export function takeSamples<S extends Shape>(part: Part<S>, lane: Lane, step: Step<S>, task: Task): void {
  const { heap, shape } = part
  const { samples } = lane
  const cost = clockCost(samples)
  const start = performance.now() + task.seconds * 250
  const end = start + task.seconds * 750
  let count = 0
  for (let now = 0; now < end && count < samples.length; ) {
    step(heap, lane, GAP, shape)
    const before = performance.now()
    step(heap, lane, 1, shape)
    now = performance.now()
    samples[count] = Math.max(0, now - before - cost)
    if (now > start) count++
  }
  lane.clock[SAMPLES] = count
}

/** Milliseconds between two readings of the clock with nothing in between; uses `samples` as scratch. */
function clockCost(samples: Float64Array): number {
  const tries = samples.subarray(0, 1001)
  for (let i = 0; i < tries.length; i++) {
    const before = performance.now()
    tries[i] = performance.now() - before
  }
  return tries.sort()[500]
}
