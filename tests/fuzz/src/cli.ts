/**
 * The command: `pnpm fuzz --seconds 60 [--seed N] [--only calls|coverage|metadata]` (repeatable). Prints what was done
 * and found; exit status 1 on any finding.
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

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    only: { type: 'string', multiple: true, default: Object.keys(FUZZERS) },
  },
})

const seconds = Number(values.seconds) / values.only.length
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed)
if (!(seconds > 0) || !Number.isInteger(seed)) throw new RangeError('--seconds and --seed take numbers')

let count = 0
for (const name of values.only) {
  const fuzzer = FUZZERS[name]
  if (fuzzer === undefined)
    throw new RangeError(`--only takes ${Object.keys(FUZZERS).join(', ')}; got ${name}`)
  const report = await fuzzer({ seed, seconds })
  print(report)
  count += report.findings.length
}
console.log(`\n${count} findings`)
process.exitCode = count > 0 ? 1 : 0

function print({ name, figures, findings, table = [] }: Report): void {
  const list = Object.entries(figures).map(([figure, value]) => `${figure} ${value}`)
  console.log(`\n${name}\n  ${list.join(' · ')}`)
  if (table.length > 0) console.log('  single flipped bits that open and audit find:')
  for (const line of table) console.log(line)
  for (const { what, reproduction } of findings) console.log(`  FOUND: ${what}\n${reproduction}`)
}
