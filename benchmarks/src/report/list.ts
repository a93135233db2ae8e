/** `--list`: the profiles, workloads and contenders, by name. */

import { sum } from 'simple-statistics'
import { parseOptions } from '../options.ts'
import { peers } from '../peers/peers.ts'
import { profiles } from '../profiles.ts'
import { planCells, plannedSeconds } from '../run/plan.ts'
import { workloads } from '../workloads.ts'

export function formatList(): string {
  const profileLines = Object.keys(profiles).map((name): [string, string] => {
    const { workloads, threads, peers, settings } = parseOptions(['--profile', name])
    const seconds = planCells(workloads, threads, peers).map((cell) => plannedSeconds(cell, settings))
    const names = workloads.map(({ name }) => name).join(', ')
    const minutes = Math.ceil(sum(seconds) / 60)
    return [name, `${profiles[name].about}; ${minutes} min (${names}; threads: ${threads.join(', ')})`]
  })
  return [
    'Profiles, and how long they take with all contenders',
    ...columns(profileLines),
    '',
    'Workloads',
    ...columns(workloads.map(({ name, about }) => [name, about])),
    '',
    'Contenders',
    ...columns(peers.map(({ name, about, kind }) => [name, kind === 'native' ? `${about}, native` : about])),
  ].join('\n')
}

function columns(lines: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...lines.map(([name]) => name.length))
  return lines.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)
}
