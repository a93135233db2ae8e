/**
 * What rewritten code calls, as `$`.
 *
 * A *step* (`step.ts`) stops its thread for the scheduler. A *local point* is where `terminate()` or a stack overflow can
 * strike between two steps; it costs a decrement, and yields only when the countdown that the scheduler set has run out.
 * Async functions are tasks (`promises.ts`); where nothing can be suspended, functions run to their ends (`drain.ts`).
 */

import { performNow } from './drain.ts'
import { get, method, set } from './memory/plain.ts'
import { IDLE, MODE, points, RUNNING, regs } from './memory/registers.ts'
import { viewOf } from './memory/views.ts'
import { type AtomicOp, fail, Gen, isSuspended, type Order, type Step, step } from './step.ts'
import {
  ANSWERED,
  AWAIT,
  LOAD,
  NOTIFY,
  PAUSE,
  PLAIN_LOAD,
  PLAIN_STORE,
  POINT,
  RMW,
  WAIT,
  WAIT_ASYNC,
} from './world/thread.ts'

export { drain } from './drain.ts'
export { task } from './promises.ts'
export { Gen, get, isSuspended, method, points, set }

/** Kinds of arrays that can be waited on: Int32Array and BigInt64Array. */
const WAITABLE = [5, 9]
const FLOATS = [2, 7, 8]

const KINDS_OF: Readonly<Record<string, number>> = {
  load: LOAD,
  wait: WAIT,
  waitAsync: WAIT_ASYNC,
  notify: NOTIFY,
}

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
  const waits = op === 'wait' || op === 'waitAsync'
  const sleeps = waits || op === 'notify'
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
  step.kind = KINDS_OF[op] ?? RMW
  if (waits) {
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

/** `await value` in a task. */
export function awaiting(site: string, value: unknown): Step {
  step.kind = AWAIT
  step.site = site
  step.view = undefined
  step.answer = value
  return step
}

/** `await value` in an async function that stays as it is. */
export function outside(site: string, value: unknown): unknown {
  if (regs[MODE] === RUNNING) {
    throw fail('STEP_IN_CALLBACK', `an await in a callback at ${site} cannot be suspended`)
  }
  return value
}

/** A local point whose countdown has run out. */
export function point(site: string): Step {
  step.kind = POINT
  step.site = site
  return step
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
