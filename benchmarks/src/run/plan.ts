/**
 * The plan of a run: one cell per workload and number of threads, and how long it should take. A cell is what
 * is measured together: contenders compare within it and nowhere else.
 */

import { leftOut, type Peer } from '../peers/peers.ts'
import type { Workload } from '../workloads.ts'

export interface Cell {
  readonly workload: Workload
  readonly threads: number
  readonly peers: readonly Peer[]
  readonly leftOut: readonly { readonly peer: string; readonly why: string }[]
}

export interface Pace {
  readonly rounds: number
  /** Seconds per round and contender. */
  readonly seconds: number
}

/** Seconds that starting and preparing a contender takes, roughly: only the estimate depends on it. */
const START_UP = 0.4

export function planCells(
  workloads: readonly Workload[],
  threads: readonly number[],
  peers: readonly Peer[],
): Cell[] {
  return workloads.flatMap((workload) => {
    const { fixedThreads } = workload.kind
    const counts = fixedThreads === undefined ? threads : [fixedThreads]
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

export function plannedSeconds(cell: Cell, pace: Pace): number {
  const turns = pace.rounds + (cell.workload.kind.sample ? 1 : 0)
  return cell.peers.reduce((sum, peer) => sum + START_UP + peer.warmUp + turns * pace.seconds, 0)
}
