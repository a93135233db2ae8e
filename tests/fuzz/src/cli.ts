/**
 * The command: `pnpm fuzz --seconds 60 [--seed N] [--only calls|coverage|metadata]` (repeatable). Prints what was done
 * and found; exit status 1 on any finding, 2 where the command line makes no sense.
 */

import { parseArgs } from 'node:util'
import { fuzzCalls } from './api.ts'
import { fuzzCoverage } from './coverage.ts'
import type { Budget, Report } from './findings.ts'
import { fuzzMetadata } from './metadata.ts'

const FLIPS_PER_FIELD = 1000

const FUZZERS: Record<string, (budget: Budget) => Report | Promise<Report>> = {
  calls: fuzzCalls,
  coverage: fuzzCoverage,
  metadata: (budget) => fuzzMetadata(budget, FLIPS_PER_FIELD),
}

const USAGE = `Usage: pnpm fuzz [--seconds 60] [--seed N] [--only ${Object.keys(FUZZERS).join('|')}]...

Hostile arguments (calls), calls that coverage guides (coverage), damaged metadata (metadata): all three unless told, each for
an equal share of the seconds. Prints what was done and found; exit status 1 on any finding.`

const { seconds, seed, chosen } = options()
let count = 0
for (const fuzzer of chosen) {
  const report = await fuzzer({ seed, seconds: seconds / chosen.length })
  print(report)
  count += report.findings.length
}
console.log(`\n${count} findings`)
process.exitCode = count > 0 ? 1 : 0

function options() {
  try {
    const { values } = parseArgs({
      // pnpm hands on the -- that separates its options from the script's.
      args: process.argv.slice(2).filter((text) => text !== '--'),
      options: {
        seconds: { type: 'string', default: '60' },
        seed: { type: 'string' },
        only: { type: 'string', multiple: true, default: Object.keys(FUZZERS) },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help === true) {
      console.log(USAGE)
      process.exit()
    }
    const seconds = Number(values.seconds)
    const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed)
    if (!(seconds > 0)) throw new Error(`--seconds takes a number above 0, not '${values.seconds}'`)
    if (!Number.isInteger(seed)) throw new Error(`--seed takes a whole number, not '${values.seed}'`)
    const chosen = values.only.map((name) => {
      const fuzzer = FUZZERS[name]
      if (fuzzer === undefined)
        throw new Error(`--only takes ${Object.keys(FUZZERS).join(', ')}, not '${name}'`)
      return fuzzer
    })
    return { seconds, seed, chosen }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message.split('\n')[0] : error} (see --help)`)
    process.exit(2)
  }
}

function print({ name, figures, findings, table = [] }: Report): void {
  const list = Object.entries(figures).map(([figure, value]) => `${figure} ${value}`)
  console.log(`\n${name}\n  ${list.join(' · ')}`)
  if (table.length > 0) console.log('  single flipped bits that open and audit find:')
  for (const line of table) console.log(line)
  for (const { what, reproduction } of findings) console.log(`  FOUND: ${what}\n${reproduction}`)
}
