/**
 * What a user writes, and what comes back: the types of the public face.
 *
 * A scenario is a setup, some threads of one or more operations each, and a check. Threads may share only memory (typed
 * arrays over a SharedArrayBuffer): two schedules that leave the same memory and showed each thread the same values
 * count as the same, so what one thread leaves in a JavaScript object for another is outside the model. A check may read
 * what ended operations left in objects, but of a killed operation only what it left in shared memory.
 */

import type { TypedArray } from './memory/shadow.ts'

/** One operation of a thread. Rewritten code makes it a generator function; hand-written ones are generators as well. */
export type Operation<S> = (s: S) => unknown

/** How an operation ended. */
export type Outcome =
  | { readonly returned: unknown; readonly threw?: undefined; readonly injected?: undefined }
  /** `injected`: the operation was struck by a stack overflow of the scheduler's, whatever it then threw. */
  | { readonly returned?: undefined; readonly threw: unknown; readonly injected: boolean }

/** A kill or an injected throw. */
export interface Strike {
  readonly thread: string
  /** Index of the operation that was under way; the number of operations if all had ended. */
  readonly operation: number
  /** Site of the step or local point where it struck. Of kills that leave the same memory one stands for all. */
  readonly where: string
}

/** How a schedule ended, for the check. */
export interface End {
  /** By thread, then by operation: undefined if it never ended. */
  readonly results: Readonly<Record<string, readonly (Outcome | undefined)[]>>
  readonly killed: readonly Strike[]
  readonly thrown: readonly Strike[]
}

export interface Scenario<S> {
  readonly name: string
  /** Makes or resets everything. Called before every schedule; what it and the threads wrote is undone after it. */
  setup(): S
  readonly threads: Readonly<Record<string, Operation<S> | readonly Operation<S>[]>>
  /**
   * Started as a further thread each time one is killed, a reaper included: `dead` is the name of the killed thread,
   * `nth` which reaper of the schedule this is, from 1.
   */
  readonly reaper?: (s: S, dead: string, nth: number) => unknown
  /** Called after all threads have ended; throws what is wrong. */
  check(s: S, end: End): unknown
  /** A name for a location, for tables; `race` says why unordered plain accesses there are meant to be. */
  location?(array: TypedArray, index: number): { name: string; race?: string } | undefined
  /** Whether an operation may end by throwing this. Without it every throw that was not injected is a failure. */
  mayThrow?(error: unknown, thread: string, operation: number): boolean
  /**
   * Call `setup` once, and undo memory only to where it ended: for costly setups. Nothing but shared memory may then be
   * changed by an operation, a reaper or the check.
   */
  readonly reuse?: boolean
}

/** What may happen in a schedule, for `explore`, `sample` and `replay` alike. */
export interface Faults {
  /** Threads that are killed in a schedule at most; 0 unless told. The second kill strikes only reapers. */
  readonly kills?: number
  /** Stack overflows in a schedule at most; 0 unless told. */
  readonly throws?: number
  /** Shared steps after which a schedule counts as a livelock; 5000 unless told. */
  readonly maxSteps?: number
  /** Whether declared plain stores may be delayed; true unless told. */
  readonly storeBuffers?: boolean
  /** Report unordered plain accesses; `'mixed'`: also a plain access beside an atomic one. False unless told. */
  readonly races?: boolean | 'mixed'
  /** Look for a smaller failure; true unless told. */
  readonly shrink?: boolean
}

export interface ExploreOptions extends Faults {
  /** Switches away from a thread that could go on, at most; 2 unless told. */
  readonly preemptions?: number
  /** Executions after which to stop, counting those that were cut short; no limit unless told. */
  readonly maxSchedules?: number
  /** Seconds after which to stop; no limit unless told. */
  readonly seconds?: number
  /** Cut schedules at states reached before; true unless told. For testing the reduction itself. */
  readonly stateCache?: boolean
  /** Preempt only before steps on contended locations; true unless told. For testing the reduction itself. */
  readonly contendedOnly?: boolean
}

export interface SampleOptions extends Faults {
  /** Any 32-bit number; schedule k of the sample uses a seed derived from it and k. */
  readonly seed?: number
  /** Schedules to run; 1000 unless told. */
  readonly schedules?: number
  /** Depth of the bugs looked for: one less than this many priority changes a schedule; 3 unless told. */
  readonly depth?: number
  readonly seconds?: number
}

export interface Result {
  /** Executions, those included that were cut short because they reached a known state. */
  readonly schedules: number
  /** Distinct states seen (in the last round of `explore`; 0 for others). */
  readonly states: number
  /** Shared steps performed. */
  readonly steps: number
  readonly kills: number
  readonly throws: number
  /** Whether everything within the bounds was seen. */
  readonly complete: boolean
  readonly seconds: number
  readonly failure?: Failure
}

/** One row of a failure's table. */
export interface Row {
  readonly step: number
  readonly thread: string
  readonly operation: string
  readonly location: string
  readonly value: string
  readonly site: string
}

export interface Failure {
  readonly error: unknown
  /** Replays exactly this schedule, with `replay`. */
  readonly trace: string
  /** For a failure that a sample found: the seed of its schedule alone. */
  readonly seed?: number
  /** Schedules that were run until it was found. */
  readonly schedules: number
  readonly preemptions: number
  readonly rows: readonly Row[]
  /** The table and the line that replays it. */
  toString(): string
}
