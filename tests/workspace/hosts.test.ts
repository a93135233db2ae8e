// A clone must install from whatever registry its machine is set up for, so no file may name one;
// nor may a path of the machine it was written on get in.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, suite } from '@hakmem/testing'
import { ROOT } from './root.ts'

// Put together here, so that this file passes its own test.
const NAMES = ['registry.' + 'npm', 'deb.' + 'debian']

const test = suite('hosts')

test('no file names a registry or this folder', () => {
  const { status, stdout } = spawnSync('git', ['ls-files', '-coz', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  assert.is(status, 0)
  const files = stdout.split('\0').filter((file) => file !== '' && existsSync(join(ROOT, file)))
  assert.ok(files.includes('pnpm-lock.yaml'))
  // Of a folder right under the root, such as /src/, the name says nothing.
  const names = ROOT.split('/').length > 3 ? [...NAMES, ROOT] : NAMES
  const found = files.flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'latin1')
    return names.filter((name) => text.includes(name)).map((name) => `${file}: ${name}`)
  })
  assert.equal(found, [])
})

test.run()
