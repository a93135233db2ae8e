// The command: what it refuses, and that its verdict is its exit code.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assert, suite } from '@hakmem/testing'

const CLI = fileURLToPath(import.meta.resolve('#learning'))
const run = (...args: string[]) => spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' })

const test = suite('bench:learning')

test('refuses what makes no sense on one line, with exit code 2', () => {
  for (const [args, says] of [
    [['--only', 'x'], /no section is called 'x'; there are cost, /],
    [['--fast'], /--fast/],
    [['--trace', 'absent.br'], /absent\.br: no trace/],
    [['--trace', 'a', '--only', 'cost'], /exclude each other/],
  ] as const) {
    const { status, stderr } = run(...args)
    assert.is(status, 2)
    assert.match(stderr, says)
    assert.is(stderr.trim().split('\n').length, 1)
  }
})

test('ends with a verdict, and writes a report', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hakmem-report-'))
  try {
    const html = join(folder, 'report.html')
    const { status, stdout } = run('--only', 'regret,actuators,shards', '--html', html)
    assert.match(stdout.trim().split('\n').at(-1) ?? '', /^\d+ targets met, 0 open, 0 missed$/)
    assert.is(status, 0)
    const page = readFileSync(html, 'utf8')
    for (const text of ['What is learning worth?', 'false switches', '3 shifts'])
      assert.ok(page.includes(text))
    assert.not.match(page, /&lt;/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('--help says how to record a trace', () => {
  assert.match(run('--help').stdout, /learning\/record\.js FILE\.trace\.br NAME -- COMMAND/)
})

test.run()
