/**
 * The figures of a run, as they are kept in memory and in the file that `--json` writes: whoever reads that file
 * reads these types. Times are seconds and nanoseconds, memory is bytes; a figure of a round is in the
 * unit of its workload, per second.
 */

import type { Machine, Noise } from './run/machine.ts'

export const SCHEMA = 3

/** Below this many launches an interval says little: what differs from process to process hardly shows in it. */
export const LEAST_LAUNCHES = 5

export interface Report {
  readonly schema: typeof SCHEMA
  /** When the run ended, as ISO 8601. */
  readonly date: string
  /** What to type to do it again. */
  readonly command: string
  readonly settings: Settings
  readonly machine: Machine
  readonly noise: Noise
  readonly results: readonly Result[]
  readonly ratios: readonly Ratio[]
  readonly failures: readonly Failure[]
  /** Who did not take part in what was asked for. */
  readonly absences: readonly Absence[]
}

export interface Settings {
  /** Processes per contender and cell, one after the other. */
  readonly launches: number
  /** Per launch. */
  readonly rounds: number
  /** Per round and contender. */
  readonly seconds: number
  /** Per contender in the run that measures memory; 0 if there is none. */
  readonly memorySeconds: number
  readonly seed: number
  /** Whether all contenders were held to as many processors as a workload has threads. */
  readonly pinned: boolean
}

/** A workload with a number of threads: what contenders compare within. */
export interface Place {
  readonly workload: string
  readonly threads: number
}

export interface Result extends Place {
  readonly peer: string
  /** What the figures count, such as 'M ops/s'. */
  readonly unit: string
  readonly median: number
  /** A list per launch, a figure per round. */
  readonly launches: readonly (readonly number[])[]
  /** The slowest lane's rate over the mean of all lanes, median of the rounds; 1 is fair. Only with several lanes. */
  readonly slowestLane?: number
  /** Of single operations, where the loop can do a single one. */
  readonly latency?: Latency
  /** Where a run of its own has measured it. */
  readonly memory?: Memory
}

export interface Latency {
  /** Operations timed. */
  readonly count: number
  /** One figure for each of `PARTS` (contender/protocol.ts): medians over the launches, but the last is the longest of all. */
  readonly nanoseconds: readonly number[]
}

export interface Memory {
  /** Resident in a process as warm, with next to nothing allocated. */
  readonly baselineBytes: number
  readonly peakBytes: number
  /** What the workload keeps allocated, as asked for. */
  readonly liveBytes: number
  /** Resident memory in the course of time. */
  readonly samples: readonly { readonly seconds: number; readonly bytes: number }[]
}

/** hakmem's figure over the contender's in the same round: above 1, hakmem is better. */
export interface Ratio extends Place, Estimate {
  readonly peer: string
  readonly launches: readonly (readonly number[])[]
}

/** A median with its 95 % confidence interval. */
export interface Estimate {
  readonly median: number
  readonly low: number
  readonly high: number
}

export interface Failure extends Place {
  readonly peer: string
  readonly error: string
}

export interface Absence {
  /** Empty if it is all of them. */
  readonly peers: readonly string[]
  /** Workloads, or one with a number of threads; undefined if everywhere. */
  readonly where?: readonly string[]
  readonly why: string
}

export function isAt({ workload, threads }: Place) {
  return (one: Place) => one.workload === workload && one.threads === threads
}
