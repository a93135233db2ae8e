import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert, suite } from '@hakmem/testing'
import { changesAmong, differencesOf, pairsOf, readBaseline } from '#baseline'
import { formatChanges } from '#report/changes'
import { UsageError } from '#usage-error'
import { ratio, report } from './figures.ts'

const baseline = suite('baseline')

baseline('what changed beyond the intervals is found, the greatest change first', () => {
  const then = [ratio('larson', 1, 'libc', 1), ratio('ring', 2, 'libc', 2), ratio('tiny-hot', 1, 'libc', 1)]
  const now = [
    ratio('larson', 1, 'libc', 1.1),
    ratio('ring', 2, 'libc', 1),
    ratio('tiny-hot', 1, 'libc', 1.001),
  ]
  assert.equal(
    changesAmong(pairsOf(then, now)).map(({ workload, before, after }) => [
      workload,
      before.median,
      after.median,
    ]),
    [
      ['ring', 2, 1],
      ['larson', 1, 1.1],
    ],
  )
})

baseline('only the same workload, threads and contender are compared', () => {
  const then = [ratio('larson', 1, 'libc', 1)]
  const now = [ratio('larson', 2, 'libc', 3), ratio('larson', 1, 'jemalloc', 3), ratio('ring', 1, 'libc', 3)]
  assert.equal(pairsOf(then, now), [])
  assert.match(
    formatChanges(report({ ratios: then }), report({ ratios: now }), false),
    'the two runs have no ratio in common',
  )
})

baseline('a change is printed with both figures and its size', () => {
  const then = report({ ratios: [ratio('larson', 2, 'libc', 2)] })
  const text = formatChanges(then, report({ ratios: [ratio('larson', 2, 'libc', 1)] }), false)
  assert.match(text, 'Since 2025-11-24 08:00 UTC')
  assert.match(text, /larson ×2 +libc +2\.00 .* 1\.00 .* -50 %/)
  assert.match(formatChanges(then, then, false), '1 ratio in common, none changed beyond the intervals')
})

baseline('runs that are hard to compare are told apart', () => {
  const then = report()
  assert.equal(differencesOf(then, report()), [])
  const now = report({ machine: { ...then.machine, node: '26.0.0' } })
  assert.equal(differencesOf(then, now), ['Node: 20.19.0 then, 26.0.0 now'])
})

baseline('a file that --json did not write is refused with its name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  const bare = '{"schema":3,"date":"","ratios":[],"settings":{},"machine":null}'
  try {
    const file = join(folder, 'figures.json')
    writeFileSync(file, JSON.stringify(report({ ratios: [ratio('larson', 2, 'libc', 2)] })))
    assert.is(readBaseline(file).ratios.length, 1)
    for (const text of ['{', '[]', 'null', '{"schema":1,"ratios":[]}', '{"schema":3}', bare]) {
      writeFileSync(file, text)
      assert.throws(
        () => readBaseline(file),
        (error: unknown) => error instanceof UsageError && error.message.includes(file),
      )
    }
    assert.throws(() => readBaseline(join(folder, 'none.json')), /cannot be read/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

baseline.run()
