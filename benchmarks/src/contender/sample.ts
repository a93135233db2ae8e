/** Takes the time of single operations, after a quarter of the time in which V8 gets to know this loop. */

import { type Lane, SAMPLES } from '../loops/board.ts'
import type { Loop } from '../loops/kind.ts'
import type { Task } from './part.ts'

/** Operations between two that are timed. */
const GAP = 64

/** Times one operation in GAP + 1. */
export function sampleLoop(lane: Lane, loop: Loop, task: Task): void {
  takeSamples(
    lane,
    task,
    () => loop(GAP),
    () => loop(1),
  )
}

/** Runs both in turn and leaves the times that the second took at the lane, in milliseconds; one at least. */
export function takeSamples(lane: Lane, task: Task, between: () => void, timed: () => void): void {
  const { samples } = lane
  const cost = clockCost(samples)
  const start = performance.now() + task.seconds * 250
  const end = start + task.seconds * 750
  let count = 0
  for (let now = 0; count === 0 || (now < end && count < samples.length); ) {
    between()
    const before = performance.now()
    timed()
    now = performance.now()
    samples[count] = Math.max(0, now - before - cost)
    if (now > start) count++
  }
  lane.clock[SAMPLES] = count
}

/** Milliseconds between two readings of the clock with nothing in between; uses `samples` as scratch. */
export function clockCost(samples: Float64Array): number {
  const tries = samples.subarray(0, 1001)
  for (let i = 0; i < tries.length; i++) {
    const before = performance.now()
    tries[i] = performance.now() - before
  }
  return tries.sort()[500]
}
