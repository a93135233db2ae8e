/**
 * What rewritten code calls, as `$`.
 *
 * A *step* is an object that a suspendable function yields; the scheduler performs it when it is the thread's turn and
 * sends the answer. There is one such object, filled anew by each call: it is read before anything else can run. A
 * *local point* is where `terminate()` or a stack overflow can strike between two steps; it costs a decrement, and yields
 * only when the countdown that the scheduler set has run out.
 *
 * In setup, in checks, and in callbacks of natives nothing is scheduled: `drain` runs a suspendable function to its end
 * and performs its steps at once. A callback that a *thread* runs must not take a shared step: the scheduler could not
 * stop there, and would miss schedules without telling.
 */

import { InterleaveError } from './errors.ts'
import {
  DRAINED,
  get,
  IDLE,
  land,
  MODE,
  method,
  NO_POINT,
  points,
  type Rmw,
  RUNNING,
  readModifyWrite,
  regs,
  STRIKES,
  set,
  type TypedArray,
  type View,
  viewOf,
} from './memory.ts'
import {
  ANSWERED,
  LOAD,
  NOTIFY,
  PAUSE,
  PLAIN_LOAD,
  PLAIN_STORE,
  POINT,
  RMW,
  type Suspended,
  WAIT,
} from './thread.ts'

export { get, method, points, set }

export type AtomicOp = 'load' | Rmw | 'wait' | 'notify' | 'pause'
export type Order = 'unordered' | 'acquire' | 'release'

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

// A thread that shall not run on throws this error through code that may catch it; so it is kept as well.
let fatal: InterleaveError | undefined

/** Takes the error that makes the scenario impossible to explore, if code under test has met one. */
export function takeFatal(): InterleaveError | undefined {
  const error = fatal
  fatal = undefined
  return error
}

/** Kinds of arrays that can be waited on: Int32Array and BigInt64Array. */
const WAITABLE = [5, 9]
const FLOATS = [2, 7, 8]

type Native = (array: unknown, index: unknown, a?: unknown, b?: unknown) => unknown
const natives = Atomics as unknown as Record<string, Native>

/** `Atomics.op(array, index, a, b)` */
export function atomic(
  op: AtomicOp,
  site: string,
  array?: unknown,
  index?: unknown,
  a?: unknown,
  b?: unknown,
): Step {
  step.site = site
  step.op = op
  step.order = 'seq-cst'
  if (op === 'pause') {
    step.kind = regs[MODE] === IDLE ? ANSWERED : PAUSE
    step.view = undefined
    step.answer = undefined
    return step
  }
  const view = regs[MODE] === IDLE ? undefined : viewOf(array)
  const i = typeof index === 'number' ? Math.trunc(index) || 0 : Math.trunc(Number(index)) || 0
  const sleeps = op === 'wait' || op === 'notify'
  if (
    view === undefined ||
    i < 0 ||
    i >= view.length ||
    FLOATS.includes(view.kind) ||
    (op !== 'load' && !sleeps && (typeof a === 'bigint') !== view.kind >= 9) ||
    (sleeps && !WAITABLE.includes(view.kind))
  ) {
    // Not shared, or not legal: the native knows what to answer or throw.
    const answer = natives[op](array, index, a, b)
    step.kind = ANSWERED
    step.answer = answer
    return step
  }
  step.view = view
  step.i = i
  step.kind = op === 'load' ? LOAD : op === 'wait' ? WAIT : op === 'notify' ? NOTIFY : RMW
  if (op === 'wait') {
    step.a = typeof a === 'bigint' ? BigInt.asIntN(64, a) : Number(a) | 0
    const timeout = b === undefined ? Number.NaN : Number(b)
    step.b = Number.isNaN(timeout) ? Number.POSITIVE_INFINITY : Math.max(0, timeout)
  } else if (op === 'notify') {
    step.a = a === undefined ? Number.POSITIVE_INFINITY : Math.max(0, Math.trunc(Number(a)) || 0)
  } else {
    step.a = a as number
    step.b = b as number
  }
  return step
}

/** A declared plain access: `array[index]`, or `array[index] = value`. */
export function plain(
  op: 'load' | 'store',
  order: Order,
  site: string,
  array: unknown,
  index: unknown,
  value?: unknown,
): Step {
  const view = regs[MODE] === IDLE ? undefined : viewOf(array)
  const i = index as number
  if (view === undefined || !(i >= 0 && i < view.length && Math.floor(i) === i)) {
    const a = array as number[]
    if (op === 'store') a[i] = value as number
    step.kind = ANSWERED
    step.answer = op === 'store' ? value : a[i]
    return step
  }
  step.kind = op === 'load' ? PLAIN_LOAD : PLAIN_STORE
  step.op = op
  step.site = site
  step.order = order
  step.view = view
  step.i = i
  step.a = value as number
  return step
}

/** A local point whose countdown has run out. */
export function point(site: string): Step {
  step.kind = POINT
  step.site = site
  return step
}

/** All generator objects are instances of this; rewritten code asks it of what a call has returned. */
export function Gen(): void {}
Gen.prototype = Object.getPrototypeOf(function* () {}.prototype)
const Generators = Gen as unknown as new () => Suspended

/** Whether a value is a suspendable function that has been called but not run. */
export function isSuspended(value: unknown): value is Suspended {
  return value instanceof Generators
}

const result: { value: unknown; done: true } = { value: undefined, done: true }
const trivial = {
  [Symbol.iterator]() {
    return trivial
  },
  next() {
    return result
  },
}

/** For `yield*` around a call: runs on into a suspendable function, or ends at once with the value of any other. */
export function into(value: unknown): Iterable<unknown> {
  if (typeof value === 'object' && isSuspended(value)) return value
  result.value = value
  return trivial
}

/** Runs a suspendable function that was called where nothing can be suspended; any other value is returned as it is. */
export function drain(value: unknown): unknown {
  if (typeof value !== 'object' || !isSuspended(value)) return value
  let next = value.next()
  while (!next.done) next = value.next(performNow(next.value))
  return next.value
}

/** `Atomics.op(..)` where nothing can be suspended. */
export function drainAtomic(
  op: AtomicOp,
  site: string,
  array?: unknown,
  index?: unknown,
  a?: unknown,
  b?: unknown,
): unknown {
  return performNow(atomic(op, site, array, index, a, b))
}

function performNow(value: unknown): unknown {
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
      throw fail(
        'BAD_SCENARIO',
        `Atomics.wait at ${step.site} in setup or check, where no thread could wake it`,
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

function fail(
  code: 'BAD_STEP' | 'LIVELOCK' | 'STEP_IN_CALLBACK' | 'BAD_SCENARIO',
  message: string,
): InterleaveError {
  const error = new InterleaveError(code, message)
  if (regs[MODE] !== IDLE && regs[MODE] !== DRAINED) fatal = error
  return error
}
