// How fast schedules run: printed, and far from a bound that only a mistake would reach.

import { assert, suite } from '@hakmem/testing'
import { explore, type Operation } from '../dist/index.js'
import * as $ from '../dist/runtime.js'

const test = suite('speed of exploration')

const STEPS = 28

/** Adds in turn to four words; with its start and its end, 30 steps. */
const adds: Operation<Int32Array> = function* (words) {
  for (let n = 0; n < STEPS; n++) {
    if (--$.points.left === 0) yield $.point('loop')
    yield $.atomic('add', 'add', words, n & 3, 1)
    $.set(words, 4 + (n & 3), $.get(words, 4 + (n & 3)))
  }
}

for (const [name, options] of Object.entries({
  'no kills': { preemptions: 3 },
  'a kill at any step': { preemptions: 1, kills: 1 },
  races: { preemptions: 2, races: true },
})) {
  test(`schedules of 60 steps, ${name}: thousands a second`, () => {
    const { schedules, seconds, steps, states, complete, failure } = explore(
      {
        name: 'adds',
        setup: () => new Int32Array(new SharedArrayBuffer(32)),
        threads: { a: adds, b: adds },
        check() {},
        // Both write what they read, which is nothing but a race.
        location: (_, index) => ({ name: `word ${index}`, race: 'for the sake of the measurement' }),
      },
      options,
    )
    assert.ok(complete, String(failure))
    const rate = Math.round(schedules / seconds)
    console.log(
      `${name}: ${schedules} schedules, ${states} states, ${rate}/s, ${Math.round((1e9 * seconds) / steps)} ns a step`,
    )
    assert.ok(rate > 1000, `${rate}/s`)
  })
}

test.run()
