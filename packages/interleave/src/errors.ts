/**
 * What can go wrong, told apart by `code`.
 *
 * Two kinds share the class. Some say that the *code under test* failed in a schedule (`DEADLOCK`, `LIVELOCK`, `RACE`,
 * `THREW`): they are found as `Result.failure.error`. The others say that the scenario cannot be explored as it stands,
 * and are thrown out of `explore`, `sample` and `replay`: no schedule could tell anything then.
 */

export type InterleaveCode =
  /** Every thread that is left waits, and nothing will wake it. */
  | 'DEADLOCK'
  /** A schedule, or a stretch without a shared step, went on past its limit. */
  | 'LIVELOCK'
  /** Two threads accessed the same bytes without order, one of them writing. */
  | 'RACE'
  /** An operation threw, and the scenario does not say that it may. */
  | 'THREW'
  /** A shared step in a function that cannot be suspended, such as a callback of a native. */
  | 'STEP_IN_CALLBACK'
  /** A thread awaits a promise of the host, which no schedule can settle. */
  | 'HOST_PROMISE'
  /** The same choices led somewhere else: the code depends on time, chance, or what an earlier run left behind. */
  | 'NOT_DETERMINISTIC'
  /** A trace that is malformed or asks for a thread that cannot run. */
  | 'BAD_TRACE'
  /** A scenario with no threads, too many of them, or with odd options. */
  | 'BAD_SCENARIO'
  /** A generator yielded something that is no step. */
  | 'BAD_STEP'
  /** `explore`, `sample` or `replay` called from inside a scenario. */
  | 'REENTERED'
  /** Code that cannot be rewritten, or a specifier, patch or declaration that does not fit it. */
  | 'REWRITE'

export class InterleaveError extends Error {
  override readonly name = 'InterleaveError'
  readonly code: InterleaveCode

  constructor(code: InterleaveCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
