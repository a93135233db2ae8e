/**
 * A smaller failure of the same kind: fewer operations, then fewer threads, then fewer preemptions, then an earlier kill.
 *
 * Each candidate is explored anew within a bound, and taken if it fails in the same way: with an error of the same class
 * and code that says the same but for its numbers. A candidate without an operation that the check counts on would fail in
 * any schedule; so it must also pass where the whole scenario did: in every schedule without a preemption, a kill or a
 * throw, or, if the failure needed none of these, with its threads one after the other.
 */

import type { Kept } from './actions.ts'
import { exploreWorld, type Found, type InnerOptions } from './explore.ts'
import { replayWorld } from './replay.ts'
import type { ExploreOptions, SampleOptions, Scenario } from './scenario.ts'

/** Bounds for one candidate. */
const SCHEDULES = 20_000
const SECONDS = 3
/** Bound for all candidates together, in seconds. */
const TOTAL_SECONDS = 15

interface Shrunk {
  readonly actions: Int32Array
  readonly error: unknown
  readonly preemptions: number
  readonly kept: Kept | undefined
}

export function shrink<S>(
  scenario: Scenario<S>,
  options: ExploreOptions & SampleOptions,
  failure: Found,
): Shrunk {
  const end = performance.now() + 1000 * TOTAL_SECONDS
  const all: Kept = Object.values(scenario.threads).map((ops) => [ops].flat().map((_, k) => k))
  const kind = kindOfError(failure.error)
  let best: Found = failure
  let kept = all

  const fails = (candidate: Kept, bounds: InnerOptions): Found | undefined => {
    const seconds = Math.min(SECONDS, (end - performance.now()) / 1000)
    if (seconds <= 0) return undefined
    try {
      const { failure: again } = exploreWorld(
        scenario,
        { ...options, ...bounds, seconds, maxSchedules: SCHEDULES },
        candidate,
      )
      return again !== undefined && kindOfError(again.error) === kind ? again : undefined
    } catch {
      return undefined // a candidate that cannot even be explored
    }
  }

  const alone = best.preemptions === 0 && best.strikes.length === 0
  const wholeFailsAlone = alone && replayWorld(scenario, [], options).failed
  /** Whether a candidate makes sense: nothing is wrong with it before anything happens to it. */
  const sound = (candidate: Kept): boolean => {
    try {
      if (alone) return replayWorld(scenario, [], options, candidate).failed === wholeFailsAlone
      const bounds = { preemptions: 0, kills: 0, throws: 0, seconds: SECONDS, maxSchedules: SCHEDULES }
      return exploreWorld(scenario, { ...options, ...bounds }, candidate).failure === undefined
    } catch {
      return false
    }
  }

  // Fewer operations: those at the end first, which others are less likely to need.
  for (let t = 0; t < all.length; t++) {
    for (let k = all[t].length - 1; k >= 0 && all[t].length > 1; k--) {
      const candidate = kept.map((ops, u) => (u === t ? ops.filter((op) => op !== all[t][k]) : ops))
      if (candidate[t].length === 0 || !sound(candidate)) continue
      const again = fails(candidate, { preemptions: best.preemptions })
      if (again === undefined) continue
      best = again
      kept = candidate
    }
  }
  // Fewer threads: one without operations has ended from the start.
  for (let t = all.length - 1; t >= 0 && all.length > 1; t--) {
    const candidate = kept.map((ops, u) => (u === t ? [] : ops))
    if (candidate.every((ops) => ops.length === 0) || !sound(candidate)) continue
    const again = fails(candidate, { preemptions: best.preemptions })
    if (again === undefined) continue
    best = again
    kept = candidate
  }
  // Fewer preemptions: an exploration finds a failure with as few as it needs, a sample does not.
  if (best.preemptions > 0) {
    best = fails(kept, { preemptions: best.preemptions - 1 }) ?? best
  }
  // An earlier kill.
  for (;;) {
    const strikes = best.strikes
    if (strikes.length === 0) break
    const again = fails(kept, { preemptions: best.preemptions, strikesBefore: strikes[0] })
    if (again === undefined) break
    best = again
  }
  const whole = kept.every((ops, t) => ops.length === all[t].length)
  return {
    actions: best.actions,
    error: best.error,
    preemptions: best.preemptions,
    kept: whole ? undefined : kept,
  }
}

/** What makes two failures the same. */
function kindOfError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  if (code === 'THREW') return `threw ${kindOfError(cause)}`
  return `${error.name} ${String(code ?? '')} ${code === undefined ? error.message.replace(/\d+/g, '#') : ''}`
}
