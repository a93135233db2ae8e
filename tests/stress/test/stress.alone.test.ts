// The short form of the stress run.

import { assert, suite } from '@hakmem/testing'
import { runStress } from './run.ts'

const test = suite('threads that are killed at random moments')

test(
  'lose nothing but what is reported, and hold nobody up',
  () => {
    const { status, output, counts } = runStress(['--seconds', '20', '--calm', '2', '--until', '40,1000000'])
    console.log(output.trim())
    assert.is(status, 0, output)
    assert.is(counts.violations, 0)
    assert.is(counts['bytes lost'], 0)
    assert.ok(counts.kills >= 30, `${counts.kills} kills`)
    assert.ok(counts.operations >= 1e6, `${counts.operations} operations`)
    assert.ok(counts.reaps >= 30 && counts.audits >= 6)
  },
  { timeout: 70_000 },
)

test('are not started where the command line makes no sense', () => {
  for (const args of [
    ['--seconds', '0'],
    ['--threads', '2'],
    ['--bytes', '1M'],
    ['--kill-every', '5-2'],
    ['--no'],
  ]) {
    const { status, output } = runStress(args)
    assert.is(status, 2, args.join(' '))
    assert.match(output, /takes|see --help/)
  }
})

test.run()
