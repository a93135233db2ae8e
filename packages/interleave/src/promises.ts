/**
 * Async functions in a schedule: tasks, promises, and the jobs of a thread's event loop.
 *
 * A rewritten async function is a generator that runs as a *task*: in its caller's turn up to the first `await`, and from
 * there on in jobs of its thread, first in, first out, as ECMA-262 has them (an `await` takes one job; a promise that is
 * resolved with a promise follows it two jobs later). Jobs of one thread are none of another one's business, so the
 * scheduler has nothing to choose among them. What it chooses is when a thread learns that a wait is over (`waits.ts`).
 *
 * Threads share memory only, so a promise belongs to the thread that made it. Code under test can await and return it. The
 * host's own promises would be settled when the exploration is over: in a thread they are errors.
 */

import { performNow } from './drain.ts'
import type { InterleaveError } from './errors.ts'
import { DRAINED, IDLE, MODE, regs } from './memory/registers.ts'
import { fail, type Suspended, step } from './step.ts'
import { AWAIT } from './world/thread.ts'

/** What a thread runs when it has nothing else to do; it may return a generator to run on. */
export type Job = () => unknown
type Reaction = (threw: boolean, value: unknown) => unknown

const PENDING = 0
const FULFILLED = 1
const REJECTED = 2

/** The running thread's. */
let jobs: Job[] = []

export function setJobs(list: Job[]): void {
  jobs = list
}

export class Promised {
  state = PENDING
  value: unknown
  readonly reactions: Reaction[] = []
}

/** Has `reaction` run as a job once `promise` is settled. */
export function react(promise: Promised, reaction: Reaction): void {
  if (promise.state === PENDING) promise.reactions.push(reaction)
  else jobs.push(() => reaction(promise.state === REJECTED, promise.value))
}

export function settle(promise: Promised, threw: boolean, value: unknown): void {
  promise.state = threw ? REJECTED : FULFILLED
  promise.value = value
  for (const reaction of promise.reactions.splice(0)) jobs.push(() => reaction(threw, value))
}

/** Calls an async function, given as a generator function, and runs it up to its first `await`; the answer is its promise. */
export function* task(
  fn: (...args: never[]) => Suspended,
  self: unknown,
  args: ArrayLike<unknown>,
): Suspended {
  const body = call(fn, self, args)
  if (regs[MODE] === IDLE) return outsideOfScenarios(body)
  const promise = new Promised()
  yield* goOn(promise, body, false, undefined)
  return promise
}

/** The value of a promise where there is no event loop, in setup and check; any other value as it is. */
export function settled(value: unknown): unknown {
  if (value instanceof Promise) throw hostPromise('setup or check')
  if (!(value instanceof Promised)) return value
  // Waits are refused there, so nothing is pending.
  if (value.state === REJECTED) throw value.value
  return value.value
}

/** The error for a promise that no schedule can settle. */
export function hostPromise(who: string): InterleaveError {
  return fail(
    'HOST_PROMISE',
    `${who} waits for a promise of the host, which no schedule can settle: only rewritten async functions and Atomics.waitAsync give others`,
  )
}

// Implementation

/** In a generator of its own, for what the parameters throw goes into the promise too. */
function* call(fn: (...args: never[]) => Suspended, self: unknown, args: ArrayLike<unknown>): Suspended {
  return yield* Reflect.apply(fn, self, args)
}

function* goOn(promise: Promised, body: Suspended, threw: boolean, value: unknown): Suspended {
  let toss = threw
  let input = value
  for (;;) {
    let next: IteratorResult<unknown, unknown>
    try {
      next = toss ? body.throw(input) : body.next(input)
    } catch (error) {
      settle(promise, true, error)
      return
    }
    if (next.done) {
      resolve(promise, next.value)
      return
    }
    toss = false
    try {
      if (next.value !== step || step.kind !== AWAIT) input = yield next.value
      else if (regs[MODE] === DRAINED) input = settled(step.answer)
      else {
        react(promisedOf(step.answer), (threw, value) => goOn(promise, body, threw, value))
        return
      }
    } catch (error) {
      toss = true
      input = error
    }
  }
}

function resolve(promise: Promised, value: unknown): void {
  if (!(value instanceof Promised || value instanceof Promise)) {
    settle(promise, false, value)
    return
  }
  const other = promisedOf(value)
  if (regs[MODE] === DRAINED) settle(promise, other.state === REJECTED, other.value)
  else jobs.push(() => react(other, (threw, value) => settle(promise, threw, value)))
}

/** A value as `await` takes it. */
function promisedOf(value: unknown): Promised {
  if (value instanceof Promised) return value
  if (value instanceof Promise) throw hostPromise(`an await at ${step.site}`)
  const promise = new Promised()
  promise.state = FULFILLED
  promise.value = value
  return promise
}

/** An async function as the host runs it. */
async function outsideOfScenarios(body: Suspended): Promise<unknown> {
  let next = body.next()
  while (!next.done) {
    if (step.kind !== AWAIT) {
      next = body.next(performNow(next.value))
      continue
    }
    let value: unknown
    try {
      value = await step.answer
    } catch (error) {
      next = body.throw(error)
      continue
    }
    next = body.next(value)
  }
  return next.value
}
