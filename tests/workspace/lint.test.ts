// One formatter and linter for every file; `pnpm format` mends most of what it finds.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { assert, suite } from '@hakmem/testing'
import { ROOT } from './root.ts'

const test = suite('lint')

test('biome finds nothing', () => {
  const biome = join(ROOT, 'node_modules/@biomejs/biome/bin/biome')
  const args = [biome, 'ci', '--colors=off', '--error-on-warnings', '--max-diagnostics=100', '.']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })
  if (status !== 0) console.log(stdout, stderr)
  assert.is(status, 0)
})

test.run()
