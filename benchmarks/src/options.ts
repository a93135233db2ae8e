/** The command line: what may be asked for, checked before anything starts. */

import { accessSync, constants } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Peer, peers, SUBJECT } from './peers/peers.ts'
import { DEFAULT_PROFILE, profiles } from './profiles.ts'
import { type Workload, workloads } from './workloads.ts'

export interface Options {
  readonly action: 'run' | 'list' | 'help'
  readonly workloads: readonly Workload[]
  readonly threads: readonly number[]
  readonly peers: readonly Peer[]
  readonly rounds: number
  readonly seconds: number
  readonly seed: number
  /** Where to write the figures; undefined if nowhere. */
  readonly json: string | undefined
}

/** A mistake in what was asked for: printed as it is, on one line. */
export class UsageError extends Error {}

export const HELP = `Usage: pnpm bench [options]

Runs workloads against hakmem and other allocators in turn and prints how they compare.

  --profile NAME      a named set of the options below (default: ${DEFAULT_PROFILE})
  --workload A,B      which workloads
  --threads 1,2       with how many threads (ring and scatter always take 2)
  --peers A,B         which contenders; ${SUBJECT} always takes part
  --rounds N          rounds per contender
  --seconds S         seconds per round and contender
  --seed N            seed of the random numbers (default: 1)
  --json FILE         also write all figures to a file
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
  const peerNames = listOf(values.peers) ?? peers.map(({ name }) => name)
  for (const name of peerNames) named('contender', peers, name)
  return {
    action: values.help ? 'help' : values.list ? 'list' : 'run',
    workloads: workloadNames.map((name) => named('workload', workloads, name)),
    threads: listOf(values.threads)?.map((text) => whole('--threads', text, MOST_THREADS)) ?? profile.threads,
    peers: peers.filter(({ name }) => name === SUBJECT || peerNames.includes(name)),
    rounds: values.rounds === undefined ? profile.rounds : whole('--rounds', values.rounds, 1000),
    seconds: values.seconds === undefined ? profile.seconds : duration('--seconds', values.seconds),
    seed: values.seed === undefined ? 1 : whole('--seed', values.seed, 2 ** 31 - 1),
    json: values.json === undefined ? undefined : writable(values.json),
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
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'string' },
        list: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new UsageError(`${message.split(/[.\n]/)[0]} (see --help)`)
  }
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

function duration(option: string, text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= 0.01 && value <= 3600) return value
  throw new UsageError(`${option} takes seconds from 0.01 to 3600, not '${text}'`)
}

function writable(file: string): string {
  const path = resolve(file)
  try {
    accessSync(dirname(path), constants.W_OK)
  } catch {
    throw new UsageError(`--json: the folder of '${file}' does not exist or is not writable`)
  }
  return path
}
