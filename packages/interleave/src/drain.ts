/**
 * Where nothing can be suspended: in setup, in checks, in callbacks of natives, outside of scenarios.
 *
 * `drain` runs a suspendable function to its end there and performs its steps at once. A callback that a *thread* runs must
 * not take a shared step: the scheduler could not stop there, and would miss schedules without telling.
 */

import { land, type Rmw, readModifyWrite } from './memory/memory.ts'
import { IDLE, MODE, NO_POINT, points, RUNNING, regs, STRIKES } from './memory/registers.ts'
import type { TypedArray } from './memory/shadow.ts'
import { fail, isSuspended, step } from './step.ts'
import { ANSWERED, LOAD, NOTIFY, PLAIN_LOAD, PLAIN_STORE, POINT, WAIT, WAIT_ASYNC } from './world/thread.ts'

/** Runs a suspendable function that was called where nothing can be suspended; any other value is returned as it is. */
export function drain(value: unknown): unknown {
  if (typeof value !== 'object' || !isSuspended(value)) return value
  let next = value.next()
  while (!next.done) next = value.next(performNow(next.value))
  return next.value
}

/** Performs what a generator has yielded, and answers. */
export function performNow(value: unknown): unknown {
  if (value !== step) throw fail('BAD_STEP', `a generator yielded ${String(value)}, which is no step`)
  if (step.kind === ANSWERED) return step.answer
  if (step.kind === POINT) {
    if (regs[MODE] !== IDLE && regs[STRIKES] === 0) {
      throw fail('LIVELOCK', `${step.site} runs on without end where nothing can be suspended`)
    }
    // What was to strike here strikes at the first local point after the callback.
    points.left = regs[STRIKES] === 0 ? NO_POINT : 1
    return undefined
  }
  if (regs[MODE] === RUNNING) {
    throw fail('STEP_IN_CALLBACK', `a step in a callback at ${step.site} cannot be suspended`)
  }
  const { view, i } = step
  if (view === undefined) return undefined
  switch (step.kind) {
    case WAIT:
    case WAIT_ASYNC:
      throw fail(
        'BAD_SCENARIO',
        `Atomics.${step.op} at ${step.site} in setup or check, where no thread could wake it`,
      )
    case NOTIFY:
      return 0
    case LOAD:
    case PLAIN_LOAD:
      return (view.array as TypedArray)[i]
    case PLAIN_STORE:
      land(view, i, step.a)
      return step.a
    default:
      return readModifyWrite(step.op as Rmw, view, i, step.a, step.b)
  }
}
