/**
 * The plan of a run: one cell per workload and number of threads, and how long it should take. A cell is what
 * is measured together: contenders compare within it and nowhere else.
 */

import { sum } from 'simple-statistics'
import type { Settings } from '../figures.ts'
import { leftOut, type Peer } from '../peers/peers.ts'
import { tooLarge, type Workload } from '../workloads.ts'

export interface Cell {
  readonly workload: Workload
  readonly threads: number
  readonly peers: readonly Peer[]
  readonly leftOut: readonly { readonly peer: string; readonly why: string }[]
}

/** Seconds that starting and preparing a contender takes, roughly: only the estimate depends on it. */
const START_UP = 0.4

/** With how many threads a workload runs, whatever was asked for. */
export function countsOf({ kind }: Workload, threads: readonly number[]): readonly number[] {
  return kind.fixedThreads === undefined ? threads : [kind.fixedThreads]
}

export function planCells(
  workloads: readonly Workload[],
  threads: readonly number[],
  peers: readonly Peer[],
): Cell[] {
  return workloads.flatMap((workload) => {
    const counts = countsOf(workload, threads).filter((count) => tooLarge(workload, count) === undefined)
    return counts.map((count) => ({
      workload,
      threads: count,
      peers: peers.filter((peer) => leftOut(peer, workload) === undefined),
      leftOut: peers.flatMap((peer) => {
        const why = leftOut(peer, workload)
        return why === undefined ? [] : [{ peer: peer.name, why }]
      }),
    }))
  })
}

export function plannedSeconds({ peers, workload }: Cell, settings: Settings): number {
  const turns = settings.rounds + (workload.kind.single ? 1 : 0)
  const startUps = sum(peers.map(({ warmUp }) => START_UP + warmUp))
  const memory = settings.memorySeconds === 0 ? 0 : 2 * startUps + peers.length * settings.memorySeconds
  return settings.launches * (startUps + peers.length * turns * settings.seconds) + memory
}
