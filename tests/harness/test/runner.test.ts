// The runner against test files that go wrong in every way it promises to notice.

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assert, suite } from '@hakmem/testing'
import { type FileResult, findTests, runAll, runFile } from '@hakmem/testing/runner'

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url))

function fixture(name: string): string {
  return fileURLToPath(new URL(`./fixtures/${name}.js`, import.meta.url))
}

function runFixture(name: string, timeout?: number): Promise<FileResult> {
  return runFile({ name, path: fixture(name), alone: false }, timeout)
}

const file = suite('one file')

file('a file whose tests pass has no problem', async () => {
  const { passed, failed, problem } = await runFixture('passes')
  assert.equal({ passed, failed, problem }, { passed: 2, failed: 0, problem: undefined })
})

const BAD: [name: string, passed: number, failed: number, problem: RegExp, output?: RegExp][] = [
  ['fails', 1, 2, /2 failed/, /thrown: a string/],
  ['broken-before', 0, 2, /2 failed or did not run/, /before is broken/],
  ['broken-after', 1, 1, /a hook failed/, /the second hook ran/],
  ['broken-each', 1, 1, /1 failed/, /after\.each is broken/],
  ['early-exit', 0, 2, /2 failed or did not run/],
  ['crashes', 0, 2, /2 failed or did not run/, /thrown from a timer/],
  ['crashes-at-import', 0, 1, /exit code 1/, /thrown at import/],
  ['killed', 0, 1, /ended by SIGKILL/],
  ['never-settles', 1, 1, /1 failed/, /not finished after 100 ms/],
  ['not-run', 1, 1, /1 failed or did not run/],
  ['empty', 0, 1, /no tests/],
  ['leaks', 1, 1, /exit code 1/, /still running after the last test/],
  ['worker-crash', 0, 1, /1 failed/, /the worker crashed/],
  ['no-such-file', 0, 1, /not compiled/],
]

for (const [name, passed, failed, problem, output] of BAD) {
  file(`a file that is bad (${name}) has its problem told`, async () => {
    const result = await runFixture(name)
    assert.match(result.problem ?? 'none', problem)
    assert.equal([result.passed, result.failed], [passed, failed])
    if (output) assert.match(result.output, output)
  })
}

file('a file that blocks its thread is ended by the file timeout', async () => {
  const { passed, failed, problem } = await runFixture('hangs', 2000)
  assert.equal({ passed, failed, problem }, { passed: 0, failed: 1, problem: 'ended after 2 s' })
})

file.run()

const all = suite('a workspace of files')

let tree = ''
all.before(() => {
  mkdirSync(join(ROOT, 'tmp'), { recursive: true })
  tree = mkdtempSync(join(ROOT, 'tmp', 'runner-'))
})
all.after(() => rmSync(tree, { recursive: true, force: true }))
all.before.each(() => {
  rmSync(tree, { recursive: true, force: true })
  mkdirSync(tree)
})

/** Puts a fixture where a workspace has a test: its source in one folder, the compiled file in the other. */
function place(name: string, source: string, compiled: string): void {
  for (const path of [source, compiled]) mkdirSync(dirname(join(tree, path)), { recursive: true })
  writeFileSync(join(tree, source), '')
  cpSync(fixture(name), join(tree, compiled))
}

async function run(...only: string[]): Promise<{ ok: boolean; lines: string[] }> {
  const lines: string[] = []
  const ok = await runAll({ root: tree, only, write: (text) => lines.push(...text.split('\n')) })
  return { ok, lines }
}

all('finds the tests of every place and where each is compiled to', () => {
  const places = [
    ['packages/a/test/deep/x.test.ts', 'packages/a/dist-test/deep/x.test.js'],
    ['benchmarks/test/x.test.ts', 'benchmarks/dist-test/x.test.js'],
    ['examples/x.test.ts', 'examples/dist/x.test.js'],
    ['tests/some/x.alone.test.ts', 'tests/dist-test/some/x.alone.test.js'],
  ] as const
  for (const [source, compiled] of places) place('passes', source, compiled)
  place('passes', 'packages/a/src/x.test.ts', 'packages/a/dist/x.test.js')
  place('passes', 'packages/a/test/helper.ts', 'packages/a/dist-test/helper.js')
  assert.equal(
    findTests(tree),
    places.map(([name, path]) => ({ name, path: join(tree, path), alone: name.includes('.alone.') })),
  )
})

all('adds up the counts, and runs what must be alone at the end', async () => {
  place('passes', 'packages/a/test/a.alone.test.ts', 'packages/a/dist-test/a.alone.test.js')
  place('passes', 'packages/b/test/b.test.ts', 'packages/b/dist-test/b.test.js')
  place('passes', 'tests/c.test.ts', 'tests/dist-test/c.test.js')
  const { ok, lines } = await run()
  assert.ok(ok)
  assert.match(lines[2] ?? '', /^ok +packages\/a\/test\/a\.alone\.test\.ts +2\/2 +\d+\.\d s$/)
  assert.is(lines.at(-1), '6 passed, 0 failed')
})

all('what a file could not test on this machine stands below it', async () => {
  place('lacks', 'packages/a/test/a.test.ts', 'packages/a/dist-test/a.test.js')
  const { ok, lines } = await run()
  assert.ok(ok)
  assert.is(lines[1], '      not tested: what it looks like: there are no eyes here')
})

all('one bad file makes the whole fail, and its output is shown', async () => {
  place('passes', 'packages/a/test/a.test.ts', 'packages/a/dist-test/a.test.js')
  place('fails', 'packages/b/test/b.test.ts', 'packages/b/dist-test/b.test.js')
  const { ok, lines } = await run()
  assert.not(ok)
  assert.ok(lines.some((line) => line.includes('fails an assertion')))
  assert.is(lines.at(-1), '3 passed, 2 failed')
})

all('only the files asked for are run', async () => {
  place('passes', 'packages/a/test/a.test.ts', 'packages/a/dist-test/a.test.js')
  place('fails', 'packages/b/test/b.test.ts', 'packages/b/dist-test/b.test.js')
  const { ok, lines } = await run('packages/a')
  assert.ok(ok)
  assert.is(lines.at(-1), '2 passed, 0 failed')
})

all('nothing found is a failure', async () => {
  const { ok, lines } = await run()
  assert.not(ok)
  assert.is(lines.at(-1), '0 passed, 0 failed')
})

all('the command ends with the counts and says by its exit code how it went', () => {
  const command = join(ROOT, 'tests/harness/dist/run.js')
  const { status, stdout } = spawnSync(process.execPath, [command, '--only', 'no such test'], {
    encoding: 'utf8',
  })
  assert.is(status, 1)
  assert.match(stdout, /\n0 passed, 0 failed\n$/)
})

all.run()
