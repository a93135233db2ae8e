/** Who does not take part in a run although asked for, where and why. */

import type { Absence } from '../figures.ts'
import { launchOf } from '../peers/launch.ts'
import type { Peer } from '../peers/peers.ts'
import { placeName } from '../report/format.ts'
import { tooLarge, type Workload } from '../workloads.ts'
import { type Cell, countsOf } from './plan.ts'

/** Builds the contenders that need it; those that cannot be had are not there at all. */
export function installed(asked: readonly Peer[]): { peers: Peer[]; missing: Absence[] } {
  const names = new Map<string, string[]>()
  const peers = asked.filter((peer) => {
    const launch = launchOf(peer)
    if ('missing' in launch) names.set(launch.missing, [...(names.get(launch.missing) ?? []), peer.name])
    return !('missing' in launch)
  })
  return { peers, missing: [...names].map(([why, peers]) => ({ peers, why })) }
}

/** The places that have no cell: what would not fit anywhere. */
export function unplanned(workloads: readonly Workload[], threads: readonly number[]): Absence[] {
  return workloads.flatMap((workload) =>
    countsOf(workload, threads).flatMap((count) => {
      const why = tooLarge(workload, count)
      const where = [placeName({ workload: workload.name, threads: count })]
      return why === undefined ? [] : { peers: [], where, why }
    }),
  )
}

/** Who is left out of which workloads. */
export function leftOutOf(cells: readonly Cell[]): Absence[] {
  const groups = new Map<string, { peers: string[]; where: Set<string>; why: string }>()
  for (const { workload, leftOut } of cells) {
    for (const { peer, why } of leftOut) {
      const key = `${peer}: ${why}`
      const group = groups.get(key) ?? { peers: [peer], where: new Set(), why }
      group.where.add(workload.name)
      groups.set(key, group)
    }
  }
  return [...groups.values()].map((group) => ({ ...group, where: [...group.where] }))
}
