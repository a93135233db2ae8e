/** The command line: what may be asked for, checked before anything starts. */

import { accessSync, constants } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readBaseline } from './baseline.ts'
import type { Report, Settings } from './figures.ts'
import { type Peer, peers, SUBJECT } from './peers/peers.ts'
import { DEFAULT_PROFILE, profiles } from './profiles.ts'
import { UsageError } from './usage-error.ts'
import { type Workload, workloads } from './workloads.ts'

export interface Options {
  readonly action: 'run' | 'list' | 'help'
  readonly workloads: readonly Workload[]
  readonly threads: readonly number[]
  readonly peers: readonly Peer[]
  /** `pinned` is what is wanted; whether it can be done shows when the run starts. */
  readonly settings: Settings
  /** Where to write the figures; undefined if nowhere. */
  readonly json: string | undefined
  /** Where to write the report; undefined if nowhere. */
  readonly html: string | undefined
  /** A former run to compare with. */
  readonly baseline: Report | undefined
  /** The ratio below which the run has failed. */
  readonly failBelow: number | undefined
}

export const HELP = `Usage: pnpm bench [options]

Runs workloads against hakmem and other allocators in turn and prints how they compare.

  --profile NAME      a named set of the options below (default: ${DEFAULT_PROFILE})
  --workload A,B      which workloads
  --threads 1,2       with how many threads (some always take 2)
  --peers A,B         which contenders; ${SUBJECT} always takes part
  --launches N        processes per contender, one after the other
  --rounds N          rounds per launch
  --seconds S         seconds per round
  --seed N            seed of the random numbers (default: 1)
  --unpinned          leave all contenders to the system's scheduler
  --json FILE         also write all figures to a file
  --html FILE         also write a report to read in a browser
  --baseline FILE     compare with a former --json FILE
  --fail-below RATIO  exit with code 1 if any ratio, or a geometric mean, is lower
  --list              what profiles, workloads and contenders there are
  --help              this text`

const MOST_THREADS = 64

/** @throws UsageError for anything that makes no sense. */
export function parseOptions(args: readonly string[]): Options {
  const values = parse(args)
  const profileName = values.profile ?? DEFAULT_PROFILE
  const profile = Object.hasOwn(profiles, profileName) ? profiles[profileName] : undefined
  if (profile === undefined) throw unknown('profile', profileName, Object.keys(profiles))
  const workloadNames = listOf(values.workload) ?? profile.workloads
  const peerNames = listOf(values.peers) ?? profile.peers ?? peers.map(({ name }) => name)
  for (const name of peerNames) named('contender', peers, name)
  return {
    action: values.help ? 'help' : values.list ? 'list' : 'run',
    workloads: workloadNames.map((name) => named('workload', workloads, name)),
    threads: listOf(values.threads)?.map((text) => whole('--threads', text, MOST_THREADS)) ?? profile.threads,
    peers: peers.filter(({ name }) => name === SUBJECT || peerNames.includes(name)),
    settings: {
      launches: told(values.launches, (text) => whole('--launches', text, 100)) ?? profile.launches,
      rounds: told(values.rounds, (text) => whole('--rounds', text, 1000)) ?? profile.rounds,
      seconds: told(values.seconds, (text) => decimal('--seconds', text, 0.01, 3600)) ?? profile.seconds,
      memorySeconds: profile.memorySeconds,
      seed: told(values.seed, (text) => whole('--seed', text, 2 ** 31 - 1)) ?? 1,
      pinned: !values.unpinned,
    },
    json: told(values.json, (file) => writable('--json', file)),
    html: told(values.html, (file) => writable('--html', file)),
    baseline: told(values.baseline, readBaseline),
    failBelow: told(values['fail-below'], (text) => decimal('--fail-below', text, 0.001, 1000)),
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        profile: { type: 'string' },
        workload: { type: 'string' },
        threads: { type: 'string' },
        peers: { type: 'string' },
        launches: { type: 'string' },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        seed: { type: 'string' },
        unpinned: { type: 'boolean' },
        json: { type: 'string' },
        html: { type: 'string' },
        baseline: { type: 'string' },
        'fail-below': { type: 'string' },
        list: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new UsageError(`${message.split(/[.\n]/)[0]} (see --help)`)
  }
}

/** What an option's text stands for; undefined if it was not given. */
function told<T>(text: string | undefined, meaning: (text: string) => T): T | undefined {
  return text === undefined ? undefined : meaning(text)
}

function listOf(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined
  return [...new Set(text.split(',').map((item) => item.trim()))]
}

function named<T extends { readonly name: string }>(kind: string, known: readonly T[], name: string): T {
  const found = known.find((item) => item.name === name)
  if (found !== undefined) return found
  throw unknown(
    kind,
    name,
    known.map((item) => item.name),
  )
}

function unknown(kind: string, name: string, known: readonly string[]): UsageError {
  return new UsageError(`no ${kind} is called '${name}'; there are ${known.join(', ')}`)
}

function whole(option: string, text: string, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0
  if (value >= 1 && value <= most) return value
  throw new UsageError(`${option} takes whole numbers from 1 to ${most}, not '${text}'`)
}

function decimal(option: string, text: string, least: number, most: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= least && value <= most) return value
  throw new UsageError(`${option} takes numbers from ${least} to ${most}, not '${text}'`)
}

function writable(option: string, file: string): string {
  const path = resolve(file)
  try {
    accessSync(dirname(path), constants.W_OK)
  } catch {
    throw new UsageError(`${option}: the folder of '${file}' does not exist or is not writable`)
  }
  return path
}
