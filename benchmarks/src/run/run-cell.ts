/**
 * Measures one cell. Every contender gets a process of its own, which lives through all rounds of the cell, so
 * that its memory is its own and its code is optimised for this workload. After the warm-up they run in turn,
 * round by round, and each round begins with another one: a machine that slows down for a second then hits
 * them alike, and the ratio within a round stays what it is.
 */

import { median } from 'simple-statistics'
import { PARTS } from '../contender/protocol.ts'
import { type Peer, SUBJECT } from '../peers/peers.ts'
import { Contender } from './contender.ts'
import type { Cell, Pace } from './plan.ts'

/** Nanoseconds of an operation. */
interface Percentiles {
  readonly p50: number
  readonly p99: number
  readonly p999: number
}

export interface Result {
  readonly workload: string
  readonly threads: number
  readonly peer: string
  readonly unit: string
  readonly median: number
  /** The figure of each round, in `unit`. */
  readonly rounds: number[]
  readonly peakResidentBytes: number
  /** Resident before the first allocation: what the process needs without the workload. */
  readonly baselineResidentBytes: number
  /** Bytes that the workload itself keeps allocated, as asked for. */
  readonly liveBytes: number
  /** Of single operations, sampled; only for workloads that can do a single one. */
  readonly nanoseconds?: Percentiles
}

/** hakmem's figure over the contender's: above 1, hakmem is better. */
export interface Ratio {
  readonly workload: string
  readonly threads: number
  readonly peer: string
  readonly median: number
  readonly rounds: number[]
}

export interface Failure {
  readonly workload: string
  readonly threads: number
  readonly peer: string
  readonly error: string
}

export interface CellResults {
  readonly results: readonly Result[]
  readonly ratios: readonly Ratio[]
  readonly failures: readonly Failure[]
  /** By contender. */
  readonly versions: Readonly<Record<string, string>>
}

interface Runner {
  readonly contender: Contender
  readonly baseline: number
  readonly rounds: number[]
  peak: number
  nanoseconds?: Percentiles
}

export interface Settings extends Pace {
  readonly seed: number
  /** Called before each step with what is about to happen and the seconds it should take. */
  readonly onStep: (what: string, seconds: number) => void
}

/** A warm-up is over when two rounds in a row differ by less than this, or it took twice its time. */
const STEADY = 0.05

export async function runCell(cell: Cell, settings: Settings): Promise<CellResults> {
  const runners = new Map<string, Runner>()
  const failures: Failure[] = []
  const versions: Record<string, string> = {}

  /** Does something with a contender; if that fails, notes it and goes on without the contender. */
  const attempt = async (peer: Peer, action: () => Promise<void>) => {
    try {
      await action()
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      failures.push({ workload: cell.workload.name, threads: cell.threads, peer: peer.name, error: message })
      await runners.get(peer.name)?.contender.end()
      runners.delete(peer.name)
    }
  }

  try {
    for (const peer of cell.peers) {
      settings.onStep(`warms up ${peer.name}`, peer.warmUp)
      await attempt(peer, async () => {
        const contender = await Contender.start(peer)
        const runner: Runner = { contender, baseline: 0, rounds: [], peak: 0 }
        runners.set(peer.name, runner)
        versions[peer.name] = contender.hello.version
        const { kind, shape } = cell.workload
        const order = {
          do: 'prepare',
          kind: kind.name,
          shape,
          threads: cell.threads,
          seed: settings.seed,
          touchBytes: 0,
        } as const
        const { baselineResidentBytes } = await contender.prepare(order)
        runners.set(peer.name, { ...runner, baseline: baselineResidentBytes })
        await warmUp(contender, settings.seconds)
      })
    }
    for (let round = 0; round < settings.rounds; round++) {
      for (const peer of rotated(cell.peers, round)) {
        const runner = runners.get(peer.name)
        if (runner === undefined) continue
        settings.onStep(`round ${round + 1} of ${settings.rounds}, ${peer.name}`, settings.seconds)
        await attempt(peer, async () => {
          const { ops, seconds, peakResidentBytes } = await runner.contender.round(settings.seconds)
          runner.rounds.push(ops / seconds / cell.workload.perUnit)
          runner.peak = Math.max(runner.peak, peakResidentBytes)
        })
      }
    }
    for (const peer of cell.workload.kind.sample ? cell.peers : []) {
      const runner = runners.get(peer.name)
      if (runner === undefined) continue
      settings.onStep(`samples ${peer.name}`, settings.seconds)
      await attempt(peer, async () => {
        const { nanoseconds } = await runner.contender.sample(settings.seconds)
        const [p50, p99, p999] = ([0.5, 0.99, 0.999] as const).map((part) => nanoseconds[PARTS.indexOf(part)])
        runner.nanoseconds = { p50, p99, p999 }
      })
    }
  } finally {
    for (const { contender } of runners.values()) await contender.end()
  }

  return { ...conclude(cell, runners), failures, versions }
}

async function warmUp(contender: Contender, seconds: number): Promise<void> {
  const { warmUp } = contender.peer
  let before = 0
  for (let spent = 0; spent < 2 * warmUp; ) {
    const done = await contender.round(seconds)
    const rate = done.ops / done.seconds
    spent += Math.max(seconds, done.seconds)
    if (spent >= warmUp && Math.abs(rate - before) < STEADY * rate) return
    before = rate
  }
}

function conclude(cell: Cell, runners: ReadonlyMap<string, Runner>): { results: Result[]; ratios: Ratio[] } {
  const where = { workload: cell.workload.name, threads: cell.threads }
  const results = [...runners].map(([peer, { rounds, peak, baseline, nanoseconds }]) => ({
    ...where,
    peer,
    unit: cell.workload.unit,
    median: median(rounds),
    rounds,
    peakResidentBytes: peak,
    baselineResidentBytes: baseline,
    liveBytes: cell.workload.kind.live(cell.workload.shape, cell.threads).bytes,
    ...(nanoseconds && { nanoseconds }),
  }))
  const subject = results.find(({ peer }) => peer === SUBJECT)
  const ratios = results.flatMap(({ peer, rounds }) => {
    if (subject === undefined || peer === SUBJECT) return []
    const each = rounds.map((figure, round) => subject.rounds[round] / figure)
    return [{ ...where, peer, median: median(each), rounds: each }]
  })
  return { results, ratios }
}

function rotated<T>(list: readonly T[], by: number): T[] {
  return list.map((_, i) => list[(i + by) % list.length])
}
