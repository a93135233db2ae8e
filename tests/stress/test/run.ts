// Runs the stress command as a user would, and reads its last line.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const CLI = fileURLToPath(new URL('../../../stress/dist/cli.js', import.meta.url))

export interface Run {
  readonly status: number | null
  readonly output: string
  /** The counts of the last line, by name. */
  readonly counts: Readonly<Record<string, number>>
}

/** `node` is what Node itself is to be told. */
export function runStress(args: readonly string[], node: readonly string[] = []): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...node, CLI, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  const last = stdout.trimEnd().split('\n').at(-1) ?? ''
  const counts: Record<string, number> = {}
  for (const [, count, name] of last.matchAll(/(\d+) ([a-z ]+)/g)) counts[name] = Number(count)
  return { status, output: `${stdout}\n${stderr}`, counts }
}
