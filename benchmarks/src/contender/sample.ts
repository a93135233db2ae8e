/** Takes the time of single operations, after a quarter of the time in which V8 gets to know this loop. */

import { median } from 'simple-statistics'
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

/**
 * Runs both in turn and leaves the times that the second took at the lane, in milliseconds; one at least. What reading the
 * clock costs is read off ahead of each, and its median taken off in the end. Measured in a loop of its own before, it was
 * what it costs code that V8 has not compiled, 150 ns, not 40, and most operations seemed to take no time at all.
 */
export function takeSamples(lane: Lane, task: Task, between: () => void, timed: () => void): void {
  const { samples } = lane
  const costs = new Float64Array(samples.length)
  const start = performance.now() + task.seconds * 250
  const end = start + task.seconds * 750
  let count = 0
  for (let now = 0; count === 0 || (now < end && count < samples.length); ) {
    between()
    const idle = performance.now()
    const before = performance.now()
    timed()
    now = performance.now()
    costs[count] = before - idle
    samples[count] = now - before
    if (now > start) count++
  }
  const cost = median(Array.from(costs.subarray(0, count)))
  for (let k = 0; k < count; k++) samples[k] = Math.max(0, samples[k] - cost)
  lane.clock[SAMPLES] = count
}
