// The fuzzers in short form; the long one is `pnpm fuzz --seconds 600`.

import { type Budget, fuzzCalls, fuzzCoverage, fuzzMetadata, type Report } from '@hakmem/fuzz'
import { assert, suite } from '@hakmem/testing'

/** Settable, so that what failed elsewhere can be run again: it is printed with every finding. */
const seed = Number(process.env.HAKMEM_SEED ?? 20_261_124)

function nothingFound({ figures, findings, table = [] }: Report): void {
  for (const { what, reproduction } of findings) console.log(`FOUND: ${what}\n${reproduction}`)
  console.log(figures, table.join('\n'))
  assert.is(findings.length, 0)
}

/** The least of single flipped bits of a field that must be found, in percent. */
const RATES: Record<string, number> = {
  header: 100,
  'void cache table': 100,
  'extent words': 95,
  'cache bases': 100,
  'depths of runs': 100,
  'cache table: of no class': 100,
  'words under the caches': 100,
  'cache entries in use': 90,
  'run words of runs': 90,
  'run words where no run starts': 100,
  'states of large runs': 100,
}

const test = suite('fuzzing')
const budget: Budget = { seed, seconds: 5 }

test('calls with hostile arguments do as the model says', () => nothingFound(fuzzCalls(budget)))

test('so do calls that coverage leads to', async () => nothingFound(await fuzzCoverage(budget)))

test('attach and audit answer to damaged metadata, and find what matters', async () => {
  const report = await fuzzMetadata({ ...budget, seconds: 3 }, 64)
  nothingFound(report)
  for (const [field, least] of Object.entries(RATES)) {
    const line = report.table?.find((text) => text.trim().startsWith(field)) ?? ''
    const found = Number(/([\d.]+) %/.exec(line)?.[1])
    assert.ok(found >= least, `${field}: ${found} % found, ${least} % expected`)
  }
})

test.run()
