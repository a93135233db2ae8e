/** The command line of `pnpm stress`: what may be asked for, checked before anything starts. */

import { parseArgs } from 'node:util'

export interface Options {
  readonly seconds: number
  /** Workers at a time, besides one that a worker watches. */
  readonly threads: number
  readonly bytes: number
  readonly seed: number
  /** Milliseconds from one kill to the next. */
  readonly killEvery: readonly [least: number, most: number]
  /** Of every ten seconds, so many in which nobody is killed. */
  readonly calm: number
  /** Ends the run early once both are reached. */
  readonly untilKills: number
  readonly untilOperations: number
}

/** A mistake in what was asked for: printed as it is, on one line. */
export class UsageError extends Error {}

export const HELP = `Usage: pnpm stress [options]

Workers run every operation of one heap at full speed while one of them is terminated every few milliseconds.
Exit status 1 if any promise is broken; the last line has the counts.

  --seconds S           how long (default: 20)
  --threads N           workers at a time, 3 to 32 (default: 4)
  --bytes N[KMG]        size of the heap (default: 32M)
  --seed N              of the random numbers; the moments of death are never the same (default: 1)
  --kill-every LO-HI    milliseconds between kills (default: 20-50)
  --calm S              seconds of every ten in which nobody is killed, 0 to 10 (default: 4)
  --until KILLS,OPS     end early once so many kills and operations were reached
  --help                this text`

const MOST_THREADS = 32
const MIB = 2 ** 20

/** `undefined`: help was asked for. @throws UsageError for anything that makes no sense. */
export function parseOptions(args: readonly string[]): Options | undefined {
  const values = parse(args)
  if (values.help) return undefined
  const threads = number('--threads', values.threads ?? '4', 3, MOST_THREADS)
  const [kills, operations] = pair('--until', values.until, ',') ?? [0, 0]
  return {
    threads,
    seconds: number('--seconds', values.seconds ?? '20', 1, 86_400),
    bytes: size('--bytes', values.bytes ?? '32M', threads),
    seed: number('--seed', values.seed ?? '1', 0, 2 ** 31 - 1),
    killEvery: pair('--kill-every', values['kill-every'], '-') ?? [20, 50],
    calm: number('--calm', values.calm ?? '4', 0, 10),
    untilKills: kills,
    untilOperations: operations,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      // pnpm hands on the -- that separates its options from the script's.
      args: args.filter((text) => text !== '--'),
      options: {
        seconds: { type: 'string' },
        threads: { type: 'string' },
        bytes: { type: 'string' },
        seed: { type: 'string' },
        'kill-every': { type: 'string' },
        calm: { type: 'string' },
        until: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new UsageError(`${message.split(/[.\n]/)[0]} (see --help)`)
  }
}

function number(option: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new UsageError(`${option} takes a whole number from ${least} to ${most}, not '${text}'`)
}

function pair(option: string, text: string | undefined, by: string): [number, number] | undefined {
  if (text === undefined) return undefined
  const [low, high, ...more] = text
    .split(by)
    .map((part) => (/^[\de]+$/.test(part) ? Number(part) : Number.NaN))
  if (low >= 0 && high >= 0 && more.length === 0 && (by === ',' || low <= high)) return [low, high]
  throw new UsageError(`${option} takes two whole numbers with '${by}' in between, not '${text}'`)
}

function size(option: string, text: string, threads: number): number {
  const [, digits, unit] = /^(\d+)([KMG]?)$/.exec(text) ?? []
  const bytes = Number(digits) * 2 ** (10 * ' KMG'.indexOf(unit || ' '))
  const least = Math.max(16, threads + 2) * MIB
  if (bytes >= least && bytes <= 2 ** 30) return bytes
  throw new UsageError(`${option} takes ${least / MIB}M to 1G, not '${text}'`)
}
