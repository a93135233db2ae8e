/**
 * A run compared with a former one: hakmem's ratios then and now. A change counts only where the two intervals
 * have nothing in common; the contenders' own figures cancel out, so the two runs may have met a machine in
 * different moods, though not different machines.
 */

import { readFileSync } from 'node:fs'
import { type Estimate, isAt, type Place, type Ratio, type Report, SCHEMA } from './figures.ts'
import { UsageError } from './usage-error.ts'

export interface Change extends Place {
  readonly peer: string
  readonly before: Estimate
  readonly after: Estimate
}

/** @throws UsageError if the file cannot be read or is not what `--json` writes. */
export function readBaseline(file: string): Report {
  let found: unknown
  try {
    found = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsageError(
      `--baseline: '${file}' cannot be read: ${error instanceof Error ? error.message : error}`,
    )
  }
  if (!isReport(found))
    throw new UsageError(`--baseline: '${file}' is not what --json of this version writes (schema ${SCHEMA})`)
  return found
}

/** What both runs have measured: the same contender in the same place. */
export function pairsOf(then: readonly Ratio[], now: readonly Ratio[]): Change[] {
  return now.flatMap((after) => {
    const { workload, threads, peer } = after
    const before = then.find((one) => one.peer === peer && isAt(after)(one))
    return before === undefined ? [] : { workload, threads, peer, before, after }
  })
}

/** The pairs that lie beyond each other's intervals, those of the greatest change first. */
export function changesAmong(pairs: readonly Change[]): Change[] {
  return pairs
    .filter(({ before, after }) => after.low > before.high || after.high < before.low)
    .sort((a, b) => sizeOf(b) - sizeOf(a))
}

/** What makes the two runs hard to compare. */
export function differencesOf(then: Report, now: Report): string[] {
  const facts: readonly (readonly [string, (report: Report) => string | number])[] = [
    ['processor', ({ machine }) => machine.cpu],
    ['cores', ({ machine }) => machine.cores],
    ['Node', ({ machine }) => machine.node],
    ['seed', ({ settings }) => settings.seed],
    ['pinned', ({ settings }) => String(settings.pinned)],
  ]
  return facts.flatMap(([name, fact]) =>
    fact(then) === fact(now) ? [] : `${name}: ${fact(then)} then, ${fact(now)} now`,
  )
}

function sizeOf({ before, after }: Change): number {
  return Math.abs(Math.log(after.median / before.median))
}

function isReport(found: unknown): found is Report {
  return (
    isObject(found) &&
    'schema' in found &&
    found.schema === SCHEMA &&
    'date' in found &&
    typeof found.date === 'string' &&
    'settings' in found &&
    isObject(found.settings) &&
    'machine' in found &&
    isObject(found.machine) &&
    'ratios' in found &&
    Array.isArray(found.ratios)
  )
}

function isObject(found: unknown): found is object {
  return typeof found === 'object' && found !== null
}
