// The module `#ordering` can be replaced as a whole, and the heap does the same with the other.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { assert, suite } from '@hakmem/testing'
import type { Report } from './ordering.child.ts'

const file = (name: string) => new URL(`./${name}.js`, import.meta.url)

function run(...options: string[]): Report {
  const child = fileURLToPath(file('ordering.child'))
  const { stdout, stderr } = spawnSync(process.execPath, [...options, child], { encoding: 'utf8' })
  assert.match(stdout, /^\{.*\}\n$/, stderr)
  return JSON.parse(stdout)
}

const test = suite('a replaced ordering module')

const plain = run()
const recorded = run('--conditions=module', '--import', file('ordering.register').href)

test('the heap does the same', () => {
  assert.is(plain.counts, undefined)
  assert.ok(plain.pointers.length > 1000)
  assert.equal(recorded.pointers, plain.pointers)
  for (const { ok, live } of [plain, recorded]) assert.equal([ok, live], [true, 0])
})

test('each kind of ordered operation goes through it', () => {
  const { counts } = recorded
  for (const name of ['load', 'store', 'add', 'exchange', 'swap', 'peek', 'mark', 'seen']) {
    assert.ok((counts?.[name] ?? 0) > 0, `${name} was never called: ${JSON.stringify(counts)}`)
  }
})

test('an owner that collects a block right behind its mark leaves the freeing thread unharmed', () => {
  assert.equal([recorded.race, recorded.ok, recorded.live], ['nothing', true, 0])
})

test.run()
