/** `--list`: the profiles, workloads and contenders, by name. */

import { peers } from '../peers/peers.ts'
import { profiles } from '../profiles.ts'
import { workloads } from '../workloads.ts'

export function formatList(): string {
  const profileLines = Object.entries(profiles).map(
    ([name, { about, workloads, threads }]): [string, string] => [
      name,
      `${about} (${workloads.join(', ')}; threads: ${threads.join(', ')})`,
    ],
  )
  return [
    'Profiles',
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
