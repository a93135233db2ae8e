/**
 * Measures one cell: launch after launch, each with every contender in a fresh process, and then their memory. What
 * fails once is left out of the rest of the cell and of its figures, and reported.
 */

import { max, median, sum } from 'simple-statistics'
import type { Failure, Latency, Memory, Place, Ratio, Result, Settings } from '../figures.ts'
import { type Peer, SUBJECT } from '../peers/peers.ts'
import { placeName } from '../report/format.ts'
import { estimate } from '../statistics.ts'
import { type Hooks, type Launched, runLaunch } from './launch.ts'
import { measureMemory } from './memory.ts'
import type { Cell } from './plan.ts'

interface CellResults {
  readonly results: readonly Result[]
  readonly ratios: readonly Ratio[]
  readonly failures: readonly Failure[]
  /** By contender. */
  readonly versions: Readonly<Record<string, string>>
  /** The contenders that were still changing speed when their warm-up was over, with their place. */
  readonly unsteady: readonly string[]
}

export async function runCell(
  cell: Cell,
  settings: Settings,
  hooks: Omit<Hooks, 'onFailure'>,
): Promise<CellResults> {
  const place: Place = { workload: cell.workload.name, threads: cell.threads }
  const failures: Failure[] = []
  let peers = [...cell.peers]
  const onFailure = (peer: Peer, error: unknown) => {
    peers = peers.filter((one) => one !== peer)
    failures.push({
      ...place,
      peer: peer.name,
      error: error instanceof Error ? error.message : String(error),
    })
  }

  const all: Launched[] = []
  for (let turn = 0; turn < settings.launches; turn++)
    all.push(...(await runLaunch(cell, peers, settings, turn, { ...hooks, onFailure })))

  const memory = new Map<Peer, Memory>()
  for (const peer of settings.memorySeconds === 0 ? [] : peers) {
    hooks.onStep(`memory of ${peer.name}`, 2 * peer.warmUp + settings.memorySeconds)
    try {
      memory.set(peer, await measureMemory(cell, peer, settings, hooks.processors))
    } catch (error) {
      onFailure(peer, error)
    }
  }

  const results = peers.map((peer): Result => {
    const launched = all.filter((one) => one.peer === peer)
    const launches = launched.map(({ rounds }) => rounds)
    const latency = merged(launched.flatMap(({ latency }) => latency ?? []))
    const used = memory.get(peer)
    return {
      ...place,
      peer: peer.name,
      unit: cell.workload.unit,
      median: median(launches.flat()),
      launches,
      ...(cell.workload.kind.lanes(cell.threads) > 1 && {
        slowestLane: median(launched.flatMap(({ slowest }) => slowest)),
      }),
      ...(latency && { latency }),
      ...(used && { memory: used }),
    }
  })
  return {
    results,
    ratios: cell.workload.apart ? [] : ratiosOf(results),
    failures,
    versions: Object.fromEntries(all.map(({ peer, version }) => [peer.name, version])),
    unsteady: all.filter(({ steady }) => !steady).map(({ peer }) => `${peer.name} in ${placeName(place)}`),
  }
}

/** hakmem's figure over each other contender's in the same round. */
function ratiosOf(results: readonly Result[]): Ratio[] {
  const subject = results.find(({ peer }) => peer === SUBJECT)
  if (subject === undefined) return []
  return results.flatMap(({ workload, threads, peer, launches }) => {
    if (peer === SUBJECT) return []
    const each = launches.map((rounds, l) => rounds.map((figure, r) => subject.launches[l][r] / figure))
    return [{ workload, threads, peer, ...estimate(each), launches: each }]
  })
}

/** Medians of what the launches sampled; of the longest times, the longest. */
function merged(all: readonly Latency[]): Latency | undefined {
  if (all.length === 0) return undefined
  const columns = all[0].nanoseconds.map((_, k) => all.map(({ nanoseconds }) => nanoseconds[k]))
  return {
    count: sum(all.map(({ count }) => count)),
    nanoseconds: columns.map((column, k) => (k === columns.length - 1 ? max(column) : median(column))),
  }
}
