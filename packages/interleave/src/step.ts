/**
 * Steps: what a suspendable function yields, and the scheduler performs when it is the thread's turn, sending the answer.
 *
 * There is one such object, filled anew by each call of `runtime.ts`: it is read before anything else can run.
 */

import { InterleaveError } from './errors.ts'
import type { Rmw } from './memory/memory.ts'
import { DRAINED, IDLE, MODE, regs } from './memory/registers.ts'
import type { View } from './memory/shadow.ts'
import { ANSWERED, POINT } from './world/thread.ts'

export type AtomicOp = 'load' | Rmw | 'wait' | 'waitAsync' | 'notify' | 'pause'
/** How a plain access is ordered that is a step of its own. */
export type Order = 'unordered' | 'acquire' | 'release'
export type Suspended = Generator<unknown, unknown, unknown>

/** A step, or what stands in for one. */
export class Step {
  kind = ANSWERED
  op = ''
  site = ''
  view: View | undefined
  i = 0
  a: number | bigint = 0
  b: number | bigint = 0
  order = ''
  answer: unknown
}

/** The step that was yielded last. */
export const step = new Step()
step.kind = POINT

/** All generator objects are instances of this; rewritten code asks it of what a call has returned. */
export function Gen(): void {}
Gen.prototype = Object.getPrototypeOf(function* () {}.prototype)
const Generators = Gen as unknown as new () => Suspended

/** Whether a value is a suspendable function that has been called but not run. */
export function isSuspended(value: unknown): value is Suspended {
  return value instanceof Generators
}

// A thread that shall not run on throws this error through code that may catch it; so it is kept as well.
let fatal: InterleaveError | undefined

/** Takes the error that makes the scenario impossible to explore, if code under test has met one. */
export function takeFatal(): InterleaveError | undefined {
  const error = fatal
  fatal = undefined
  return error
}

/** The error, kept too if a thread runs. */
export function fail(
  code: 'BAD_STEP' | 'LIVELOCK' | 'STEP_IN_CALLBACK' | 'BAD_SCENARIO' | 'HOST_PROMISE',
  message: string,
): InterleaveError {
  const error = new InterleaveError(code, message)
  if (regs[MODE] !== IDLE && regs[MODE] !== DRAINED) fatal = error
  return error
}
