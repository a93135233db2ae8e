/**
 * The three ways to run a scenario: exhaustively within bounds, at random, and along one trace.
 */

import type { Kept } from './actions.ts'
import { type Exploration, exploreWorld } from './explore.ts'
import { readTrace, replayWorld, traceOf } from './replay.ts'
import { Report } from './report.ts'
import { sampleWorld } from './sample.ts'
import type { ExploreOptions, Failure, Faults, Result, SampleOptions, Scenario } from './scenario.ts'
import { shrink } from './shrink.ts'

// ---- Public API ------------------------------------------------------------------------------------------------------

/**
 * Runs every schedule with at most `preemptions` switches away from a thread that could go on, and with every kill and
 * throw that `kills` and `throws` ask for. Stops at the first failure. Synchronous; throws `InterleaveError` if the
 * scenario cannot be explored at all.
 */
export function explore<S>(scenario: Scenario<S>, options: ExploreOptions = {}): Result {
  const start = performance.now()
  const found = exploreWorld(scenario, options)
  return result(scenario, options, found, start)
}

/**
 * Runs `schedules` random schedules by PCT: random priorities, and `depth` - 1 random points at which the running thread
 * falls behind all others. A bug that needs d such points among n threads and k steps is met with a probability of at
 * least 1 / (n k^(d-1)) per schedule. For what is too large to explore.
 */
export function sample<S>(scenario: Scenario<S>, options: SampleOptions = {}): Result {
  const start = performance.now()
  const found = sampleWorld(scenario, options)
  return result(scenario, options, found, start)
}

/** Runs the schedule of a trace; `options` as they were when it was found. */
export function replay<S>(scenario: Scenario<S>, trace: string, options: Faults = {}): Result {
  const start = performance.now()
  const { actions, kept } = readTrace(scenario, trace)
  const run = replayWorld(scenario, actions, options, kept)
  const about = { error: run.error, trace, schedules: 1, preemptions: run.preemptions, rows: run.rows }
  return {
    schedules: 1,
    states: 0,
    steps: run.steps,
    kills: run.kills,
    throws: run.throws,
    complete: false,
    seconds: (performance.now() - start) / 1000,
    ...(run.failed ? { failure: new Report(scenario.name, options, about) } : {}),
  }
}

// ---- Implementation --------------------------------------------------------------------------------------------------

function result<S>(
  scenario: Scenario<S>,
  options: ExploreOptions & SampleOptions,
  found: Exploration,
  start: number,
): Result {
  const { failure, ...counts } = found
  const seconds = (performance.now() - start) / 1000
  if (failure === undefined) return { ...counts, seconds }
  let { actions, error, preemptions } = failure
  let kept: Kept | undefined
  if (options.shrink ?? true) {
    ;({ actions, error, preemptions, kept } = shrink(scenario, options, failure))
  }
  return {
    ...counts,
    seconds,
    failure: describe(scenario, options, found, { actions, error, preemptions, kept }),
  }
}

function describe<S>(
  scenario: Scenario<S>,
  options: Faults,
  found: Exploration,
  failure: { actions: Int32Array; error: unknown; preemptions: number; kept: Kept | undefined },
): Failure {
  const run = replayWorld(scenario, failure.actions, options, failure.kept)
  const { seed } = found.failure as { seed?: number }
  return new Report(scenario.name, options, {
    error: run.failed ? run.error : failure.error,
    trace: traceOf(failure.actions, failure.kept),
    ...(seed === undefined ? {} : { seed }),
    schedules: found.schedules,
    preemptions: failure.preemptions,
    rows: run.rows,
  })
}
