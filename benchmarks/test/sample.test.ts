/** What is told of single operations is what they took: the clock's own cost is taken off, as it is while they are timed. */

import { assert, suite } from '@hakmem/testing'
import type { Task } from '#contender/part'
import { takeSamples } from '#contender/sample'
import { type Lane, SAMPLES } from '#loops/board'

const MOST = 1000
const task: Task = { do: 'sample', round: 1, seconds: 1e-3, operations: Number.POSITIVE_INFINITY, bytes: 0 }

const test = suite('sample')

/** Samples under a clock that a reading moves on by `cost`, and each operation by 5 ns; nanoseconds. */
function sampled(cost: (readings: number) => number): number[] {
  const lane: Lane = {
    words: new Int32Array(16),
    clock: new Float64Array(8),
    pointers: new Uint32Array(0),
    samples: new Float64Array(MOST),
  }
  let now = 0
  let readings = 0
  Object.defineProperty(performance, 'now', {
    configurable: true,
    value: () => {
      now += cost(readings++) / 1e6
      return now
    },
  })
  try {
    const operation = () => {
      now += 5 / 1e6
    }
    takeSamples(lane, task, operation, operation)
  } finally {
    Reflect.deleteProperty(performance, 'now')
  }
  return [...lane.samples.subarray(0, lane.clock[SAMPLES])].map((ms) => Math.round(ms * 1e6))
}

test('an operation of five nanoseconds is told as five, however long the clock takes to read', () => {
  for (const cost of [0, 1, 40, 400]) assert.equal(new Set(sampled(() => cost)), new Set([5]))
})

test('a clock that is slow until it is compiled makes no operation look faster', () => {
  const cold = 1500
  const figures = sampled((readings) => (readings < cold ? 150 : 40))
  assert.ok(figures.length > 100)
  assert.equal(new Set(figures), new Set([5]))
})

test('there is one sample at least, and no more than there is room for', () => {
  assert.is(sampled(() => 1e9).length, 1)
  assert.is(sampled(() => 0.1).length, MOST)
})

test.run()
