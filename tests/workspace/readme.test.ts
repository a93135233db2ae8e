// The program that the README shows is an example that runs: the same text, and it prints what the README says.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, suite } from '@hakmem/testing'
import { ROOT } from './root.ts'

const test = suite('readme')

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')

test('the program that it shows is the example', () => {
  const example = readFileSync(join(ROOT, 'examples/hand-over.mjs'), 'utf8')
  assert.ok(readme.includes(`\`\`\`js\n${example}\`\`\``), 'README.md and examples/hand-over.mjs differ')
})

test('the example prints what it says', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['examples/hand-over.mjs'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  assert.is(status, 0, stderr)
  assert.ok(stdout.trim().startsWith('sum '), stdout)
  assert.ok(readme.includes(`prints \`${stdout.trim()}\``), `it printed: ${stdout}`)
})

test.run()
