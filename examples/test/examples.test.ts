// Every example runs at a small size, both ways find the same, and nothing stays allocated.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { assert, suite } from '@hakmem/testing'

const test = suite('examples')
const folder = fileURLToPath(new URL('../..', import.meta.url))

function run(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/run.js', ...args], {
    cwd: folder,
    encoding: 'utf8',
  })
  assert.is(status, 0, `${stdout}${stderr}`)
  return stdout
}

for (const name of ['particles', 'pipeline', 'graph', 'wasm']) {
  test(name, () => {
    const printed = run(name, '--scale', '0.02')
    assert.match(printed, /^result +[\d.e+-]+, both ways$/m)
    assert.match(printed, /^shared +[\d.]+ ms/m)
    assert.match(printed, /^postMessage +[\d.]+ ms/m)
    assert.match(printed, /^still allocated: 0 bytes$/m)
  })
}

test('per-tier', () => {
  const printed = run('per-tier', '--scale', '0.02')
  assert.equal(
    [...printed.matchAll(/^(\w+): \d+ blocks/gm)].map(([, tier]) => tier),
    ['tiny', 'mid', 'large'],
  )
  assert.is([...printed.matchAll(/, both ways$/gm)].length, 3)
})

test('browser', () => {
  const printed = run('browser', '--scale', '0.02')
  if (existsSync('/usr/bin/chromium')) {
    assert.match(printed, /^result +\d+, both ways$/m)
    assert.match(printed, /^still allocated: 0 bytes$/m)
  } else {
    assert.match(printed, /There is no Chromium at/)
  }
})

test('each says what it is, and is listed', () => {
  const list = run('--help')
  for (const name of ['particles', 'pipeline', 'graph', 'per-tier', 'wasm', 'browser']) {
    assert.match(list, new RegExp(`^ +${name} `, 'm'))
    assert.match(readFileSync(`${folder}/${name}/README.md`, 'utf8'), new RegExp(`pnpm example ${name}`))
  }
  for (const [words, says] of [
    [['other'], /no example 'other'/],
    [['graph', '--scale', '7'], /--scale takes a number above 0, up to 1, not '7'/],
    [['graph', '--scal', '1'], /Unknown option '--scal'/],
  ] as const) {
    const { status, stderr } = spawnSync(process.execPath, ['dist/run.js', ...words], {
      cwd: folder,
      encoding: 'utf8',
    })
    assert.is(status, 2)
    assert.match(stderr, says)
  }
})

test.run()
