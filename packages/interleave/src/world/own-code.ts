/**
 * A thread's own code, from where a step was answered to where it stands before the next one: through its operation, the jobs
 * of its event loop, and the next operation.
 */

import { KILL_AT, THROW_AT } from '../actions.ts'
import { InterleaveError } from '../errors.ts'
import { points, regs, STRIKES } from '../memory/registers.ts'
import { hostPromise, Promised, react } from '../promises.ts'
import type { Outcome } from '../scenario.ts'
import { isSuspended, type Suspended, step } from '../step.ts'
import { ANSWERED, POINT, READY, type Thread, TURN, WAITING } from './thread.ts'

/** The run that it stands in. */
export interface Run {
  /** What operations are given. */
  readonly state: unknown
  /** A stack overflow strikes at local point `nth`, at `site`: the error to throw, unless no more may strike. */
  overflow(thread: Thread, site: string, nth: number): RangeError | undefined
  /** The operation under way has ended. */
  ended(thread: Thread, outcome: Outcome): void
  fail(error: InterleaveError): void
}

/** Runs it on with `answer`, or until something strikes (`how`, `arg`). Tells where a kill has struck, if one has. */
export function proceed(
  run: Run,
  thread: Thread,
  answer: unknown,
  how: number,
  arg: number,
): string | undefined {
  if (how === KILL_AT || how === THROW_AT) {
    points.left = arg
    regs[STRIKES] = 1
  }
  let input = answer
  let toss: RangeError | undefined
  for (;;) {
    let next: IteratorResult<unknown, unknown>
    try {
      thread.gen ??= goOn(run, thread)
      if (thread.gen === undefined) {
        rest(run, thread)
        break
      }
      next = toss === undefined ? thread.gen.next(input) : thread.gen.throw(toss)
    } catch (error) {
      // Of the operation: what a job throws goes into a promise.
      thread.outcome = { threw: error, injected: thread.injected }
      thread.isOperation = false
      thread.gen = undefined
      toss = undefined
      continue
    }
    toss = undefined
    if (next.done) {
      thread.gen = undefined
      if (thread.isOperation) returned(thread, next.value)
      continue
    }
    if (next.value !== step) {
      throw new InterleaveError('BAD_STEP', `${thread.name} yielded ${String(next.value)}, which is no step`)
    }
    if (step.kind === ANSWERED) {
      input = step.answer
    } else if (step.kind !== POINT) {
      thread.kind = step.kind
      thread.op = step.op
      thread.site = step.site
      thread.view = step.view
      thread.i = step.i
      thread.a = step.a
      thread.b = step.b
      thread.order = step.order
      break
    } else if (how === KILL_AT) {
      return step.site
    } else {
      input = undefined
      toss = how === THROW_AT ? run.overflow(thread, step.site, arg) : undefined
      if (toss === undefined) {
        run.fail(
          new InterleaveError('LIVELOCK', `${thread.name} runs on at ${step.site} without a shared step`),
        )
        return undefined
      }
    }
  }
  return how === KILL_AT ? thread.site : undefined
}

/** What a thread runs next: its operation, or a job of its event loop; undefined if there is nothing. */
function goOn(run: Run, thread: Thread): Suspended | undefined {
  for (;;) {
    const job = thread.isOperation ? undefined : thread.jobs.shift()
    if (!thread.isOperation && job === undefined) return undefined
    const called = thread.isOperation ? thread.ops[thread.k](run.state) : job?.()
    if (isSuspended(called)) return called
    if (thread.isOperation) returned(thread, called)
  }
}

/** The function of an operation has returned; what it promises is yet to come. */
function returned(thread: Thread, value: unknown): void {
  thread.isOperation = false
  if (value instanceof Promise) throw hostPromise(`operation ${thread.ids[thread.k]} of ${thread.name}`)
  if (!(value instanceof Promised)) {
    thread.outcome = { returned: value }
    return
  }
  react(value, (threw, result) => {
    thread.outcome = threw ? { threw: result, injected: thread.injected } : { returned: result }
  })
}

/** No job is left: the operation has ended, or the thread stands in its event loop. */
function rest(run: Run, thread: Thread): void {
  if (thread.outcome !== undefined) {
    run.ended(thread, thread.outcome)
    return
  }
  thread.kind = TURN
  thread.op = ''
  thread.order = ''
  thread.site = 'event loop'
  thread.view = undefined
  thread.status = thread.turns.length > 0 ? READY : WAITING
}
