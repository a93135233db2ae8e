/**
 * Holds contenders to processors, all of them to the same: as many as the workload has threads, on distinct cores
 * where there are enough. With `taskset` (util-linux); without it, or where the system does not say which
 * processors may be used, nobody is pinned.
 */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** The processors to use, best first; undefined where pinning is impossible. */
export function processors(): readonly number[] | undefined {
  if (spawnSync('taskset', ['--version']).status !== 0) return undefined
  try {
    const status = readFileSync('/proc/self/status', 'utf8')
    const allowed = parseList(/^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '')
    return allowed.length === 0 ? undefined : coresFirst(allowed, siblingsOf)
  } catch {
    return undefined
  }
}

/** The command that runs another one on these processors; the command itself if there are none. */
export function pinned(
  command: [program: string, args: string[]],
  processors: readonly number[] | undefined,
): [program: string, args: string[]] {
  if (processors === undefined) return command
  return ['taskset', ['--cpu-list', processors.join(','), ...command.flat()]]
}

/** The numbers of a list as the kernel writes it: '0-2,5'. */
export function parseList(text: string): number[] {
  return text
    .split(',')
    .filter((part) => /^\d+(-\d+)?$/.test(part))
    .flatMap((part) => {
      const [first, last = first] = part.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, k) => first + k)
    })
}

/** One processor of each core, then the second of each, and so on. */
export function coresFirst(cpus: readonly number[], siblings: (cpu: number) => readonly number[]): number[] {
  const place = new Map(cpus.map((cpu) => [cpu, siblings(cpu).filter((one) => one < cpu).length]))
  return [...cpus].sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0) || a - b)
}

function siblingsOf(cpu: number): readonly number[] {
  return parseList(
    readFileSync(`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`, 'utf8').trim(),
  )
}
