/**
 * What the runner says to a contender process and what it answers: one line of JSON each way, one command at
 * a time. `host.ts` speaks it for JavaScript allocators, `native/twin.c` for native ones. The C side looks for
 * names and does not parse, so every name in a command is unique.
 *
 * `hello` comes unasked; then `prepare`, any number of `round` and `sample` or one `fixed`, and the end of input.
 */

import type { Shape } from '../loops/kind.ts'

export interface Prepare {
  readonly do: 'prepare'
  /** The name of a kind of workload. */
  readonly kind: string
  readonly shape: Shape
  readonly threads: number
  readonly seed: number
  /** Bytes that each seat allocates, writes to and frees before anything else, so that memory is not fresh; or 0. */
  readonly touchBytes: number
}

/** Runs for a time, and leaves everything where it is for the next round. */
export interface Round {
  readonly do: 'round'
  readonly seconds: number
}

/** Takes the time of single operations among others that are not timed; for loops that can do a single one. */
export interface Sample {
  readonly do: 'sample'
  readonly seconds: number
}

/** Runs an exact number of operations per lane, frees everything, and reports what was done. */
export interface Fixed {
  readonly do: 'fixed'
  readonly operations: number
}

export type Command = Prepare | Round | Sample | Fixed

export interface Hello {
  readonly did: 'hello'
  readonly version: string
  /** Native only: the file that `malloc` comes from, as the linker resolved it. */
  readonly library?: string
}

export interface Prepared {
  readonly did: 'prepare'
  /** Resident memory with all threads up and nothing allocated yet; 0 where it cannot be read. */
  readonly baselineResidentBytes: number
}

export interface RoundDone {
  readonly did: 'round'
  readonly ops: number
  readonly seconds: number
  readonly peakResidentBytes: number
  /** At the end of the round. */
  readonly residentBytes: number
  /** Operations per second of each lane. */
  readonly lanes: readonly number[]
}

/** Of the timed operations, those that took no longer than the figures of `SampleDone`; the last is all of them. */
export const PARTS = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999, 1] as const

export interface SampleDone {
  readonly did: 'sample'
  /** How many operations were timed. */
  readonly count: number
  /** Nanoseconds of an operation, less what reading the clock costs: one figure for each of `PARTS`. */
  readonly nanoseconds: readonly number[]
}

export interface FixedDone {
  readonly did: 'fixed'
  readonly ops: number
  readonly checksum: number
}

export interface Failed {
  readonly did: 'fail'
  readonly error: string
}

export type Answer = Hello | Prepared | RoundDone | SampleDone | FixedDone | Failed
