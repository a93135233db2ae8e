/**
 * The micro benchmarks do what they are named for: each path, on a heap that counts every operation, passes the stages
 * that it claims and no other, run after run.
 */

import { assert, suite } from '@hakmem/testing'
import { pathsOf } from '#micro/paths'
import { time } from '#micro/timing'

const RUNS = 20

const test = suite('micro')
const { groups, counts } = pathsOf({ counters: true })

for (const path of Object.values(groups).flat()) {
  test(`${path.name} takes its path`, () => {
    for (let n = 0; n < RUNS; n++) time(path, counts, true)
  })
}

test('a path that takes another is found out', () => {
  const [hit] = Object.values(groups)[0]
  assert.throws(
    () => time({ ...hit, moves: { ...hit.moves, flushes: 1 } }, counts),
    /flushes moved by 0, not 1/,
  )
  assert.throws(() => time({ ...hit, moves: {} }, counts, true), /mallocs moved by 100, not 0/)
})

test.run()
