/**
 * A thread of a scenario as the scheduler sees it: the generator of its operation, the step it stands before, the jobs of
 * its event loop, and what of its past can still matter.
 */

import { InterleaveError } from '../errors.ts'
import type { View } from '../memory/shadow.ts'
import type { Job, Promised } from '../promises.ts'
import type { Operation, Outcome } from '../scenario.ts'
import type { Suspended } from '../step.ts'

/** Can take its next step (or stands parked, see `parked`). */
export const READY = 0
/** Stands in line in `Atomics.wait`; or has nothing to do until something that it waits for asynchronously comes (`TURN`). */
export const WAITING = 1
/** All its operations have ended. */
export const ENDED = 2
/** Was killed. */
export const DEAD = 3

/** What a step is. */
export const START = 0
export const END = 1
export const LOAD = 2
export const RMW = 3
export const WAIT = 4
export const NOTIFY = 5
export const PAUSE = 6
export const PLAIN_LOAD = 7
export const PLAIN_STORE = 8
/** Not a step: the answer is there already (an Atomics operation on memory that is not shared). */
export const ANSWERED = 9
/** Not a step: a local point at which something strikes. */
export const POINT = 10
export const WAIT_ASYNC = 11
/** A turn of the event loop: the promise of a `waitAsync` that is over is settled. */
export const TURN = 12
/** Not a step: a task awaits a value. */
export const AWAIT = 13

/**
 * Loads of the same value from the same place by the same line, without a change between, after which a thread counts
 * as spinning.
 */
const SPINS = 3
const SPIN_PLACES = 4

/** A place in line. */
export class Waiter {
  readonly thread: Thread
  /** 0: the thread sleeps. Others count from 1 in each thread. */
  readonly id: number
  view: View | undefined
  i = 0
  site = ''
  /** Has a finite timeout. */
  timed = false
  promise: Promised | undefined
  result: 'ok' | 'timed-out' = 'ok'

  constructor(thread: Thread, id: number) {
    this.thread = thread
    this.id = id
  }

  /** Byte offset of the element in its buffer. */
  address(): number {
    return this.view === undefined ? -1 : this.view.base + (this.i << this.view.shift)
  }
}

export class Thread {
  /** Place among the run's threads. */
  readonly index: number
  name = ''
  /** Number that stays the same in all runs: threads first, then the reapers of each. */
  actor = 0
  /** Place among the run's threads of the one that it reaps; -1 if it is no reaper. */
  reaps = -1
  ops: readonly Operation<unknown>[] = []
  /** Indexes of `ops` in the scenario, which differ when shrinking has left some out. */
  ids: readonly number[] = []

  status = READY
  /** Index in `ops` of the operation under way; -1 before the first. */
  k = -1
  gen: Suspended | undefined
  /** Whether `gen` is the operation itself, and no job. */
  isOperation = false
  /** How the operation under way has ended; the thread goes on to the next one when no job is left. */
  outcome: Outcome | undefined
  outcomes: (Outcome | undefined)[] = []
  /** Whether a stack overflow struck the operation under way. */
  injected = false
  /** Steps taken. */
  count = 0
  /** Hash of all values seen; and what it was when the operation under way began. */
  h1 = 0
  h2 = 0
  b1 = 0
  b2 = 0
  /** Spins: to go on costs a preemption until another thread has changed memory. */
  parked = false
  /** `Atomics.pause` since another thread has changed memory; as far as it matters. */
  pauses = 0
  /** What a wait that is over answers; undefined unless the thread has yet to run on from one. */
  woken: 'ok' | 'timed-out' | undefined
  /** Nothing has changed since its last timeout. */
  expired = false

  /** Jobs of the event loop, first in, first out. */
  readonly jobs: Job[] = []
  /** Its place in line in `Atomics.wait`. */
  readonly waiter = new Waiter(this, 0)
  /** Those that stand in line in `Atomics.waitAsync`, in the order in which they came; and how many ever did. */
  readonly waiting: Waiter[] = []
  waits = 0
  /** The last of them at the last timeout. */
  waitsThen = 0
  /**
   * Those that are woken, or whose time is over: a turn of the event loop each (ECMA-262), or one for all (V8 settles what
   * was woken in one go, and only then runs whoever awaits it).
   */
  readonly turns: Waiter[] = []

  // The step it stands before.
  kind = START
  op = ''
  site = ''
  view: View | undefined
  i = 0
  a: number | bigint = 0
  b: number | bigint = 0
  order = ''

  private readonly spinPlace: number[] = [-1, -1, -1, -1]
  private readonly spinSite: string[] = ['', '', '', '']
  private readonly spinValue: unknown[] = [0, 0, 0, 0]
  private readonly spinCount: number[] = [0, 0, 0, 0]
  private spinNext = 0

  constructor(index: number) {
    this.index = index
  }

  reset(
    name: string,
    actor: number,
    reaps: number,
    ops: readonly Operation<unknown>[],
    ids: readonly number[],
  ): void {
    this.name = name
    this.actor = actor
    this.reaps = reaps
    this.ops = ops
    this.ids = ids
    this.status = READY
    this.k = -1
    this.gen = undefined
    this.isOperation = false
    this.outcome = undefined
    this.outcomes = []
    this.injected = false
    this.count = 0
    this.h1 = this.h2 = this.b1 = this.b2 = 0
    this.parked = false
    this.expired = false
    this.forget()
    this.waits = this.waitsThen = 0
    this.pauses = 0
    this.kind = START
    this.op = ''
    this.site = 'start of operation 0'
    this.view = undefined
    this.clearSpins()
  }

  /** Drops what its event loop had before it, and what it was woken for. */
  forget(): void {
    this.woken = undefined
    this.jobs.length = this.waiting.length = this.turns.length = 0
  }

  /** Whether somebody, or a timeout, has woken it, and it has not run on from that. */
  get isWoken(): boolean {
    return this.woken !== undefined || this.turns.length > 0
  }

  /** Byte offset in its buffer of the element that the pending step is about. */
  address(): number {
    return this.view === undefined ? -1 : this.view.base + (this.i << this.view.shift)
  }

  /** Index of the operation under way, or of the next one, in the scenario. */
  operation(): number {
    const k = this.kind === START || this.kind === END ? this.k + 1 : this.k
    return k < this.ids.length ? this.ids[k] : (this.ids.at(-1) ?? -1) + 1
  }

  /** Another thread has changed something: what this one has seen may no longer hold. */
  refresh(): void {
    this.parked = false
    this.expired = false
    this.pauses = 0
  }

  /** Notes a pause; true if the thread spins. */
  rests(): boolean {
    if (this.pauses < SPINS) this.pauses++
    return this.pauses === SPINS
  }

  clearSpins(): void {
    for (let n = 0; n < SPIN_PLACES; n++) this.spinCount[n] = 0
  }

  /** Notes a load at `site` that changed nothing; true if the thread spins. */
  spins(place: number, site: string, value: unknown): boolean {
    for (let n = 0; n < SPIN_PLACES; n++) {
      if (this.spinCount[n] > 0 && this.spinPlace[n] === place && this.spinSite[n] === site) {
        if (this.spinValue[n] !== value) {
          this.spinValue[n] = value
          this.spinCount[n] = 1
          return false
        }
        return ++this.spinCount[n] >= SPINS
      }
    }
    const n = this.spinNext
    this.spinNext = (n + 1) % SPIN_PLACES
    this.spinPlace[n] = place
    this.spinSite[n] = site
    this.spinValue[n] = value
    this.spinCount[n] = 1
    return false
  }
}

/** The error for a trace that asks of a thread what it cannot do. */
export function misfit(thread: Thread | undefined, why: string): InterleaveError {
  return new InterleaveError(
    'BAD_TRACE',
    `the trace does not fit: ${thread?.name ?? 'an unknown thread'} ${why}`,
  )
}
