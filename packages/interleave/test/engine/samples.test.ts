// Random schedules.

import { assert, suite } from '@hakmem/testing'
import { sample } from '../../dist/index.js'
import {
  add,
  load,
  lostUpdate,
  mark,
  messageOf,
  type Steps,
  scenario,
  store,
  three,
  wait,
} from './threads.ts'

const test = suite('samples')

test('a sample finds the lost update, and the seed of its schedule alone finds it again', () => {
  const found = sample(lostUpdate, { seed: 1, schedules: 200 })
  assert.is(messageOf(found.failure?.error), '1 of 2 updates')
  const again = sample(lostUpdate, { seed: found.failure?.seed ?? 0, schedules: 1 })
  assert.is(again.failure?.trace, found.failure?.trace)
})

test('samples kill, throw, delay and time out', () => {
  const parts = scenario({
    threads: {
      a: three,
      b: function* (words) {
        yield mark(words, 4, 1)
        yield wait(words, 5, 0, 10)
      },
    },
    reaper: function* (words): Generator {
      yield add(words, 6, 1)
    },
    check(words, { killed }) {
      if (words[6] !== killed.length) throw new Error('not reaped')
      if (words[4] === 0 && killed.length === 0) throw new Error('not landed')
    },
    mayThrow: () => true,
  })
  const result = sample(parts, { schedules: 500, kills: 1, throws: 1 })
  assert.is(result.failure, undefined, String(result.failure))
  assert.is(result.schedules, 500)
  assert.ok(result.kills > 100 && result.kills <= 500, `${result.kills}`)
  assert.ok(result.throws > 50, `${result.throws}`)
})

test('priorities find what needs two switches at the right steps', () => {
  // b must run whole between two adjacent steps of a, twice.
  const parts = scenario({
    threads: {
      a: function* (words): Steps {
        for (let n = 0; n < 10; n++) yield add(words, 3, 1)
        const first = yield load(words, 0)
        const second = yield load(words, 0)
        yield store(words, 1, second - first)
      },
      b: function* (words) {
        yield add(words, 0, 1)
      },
    },
    check(words) {
      if (words[1] === 1) throw new Error('in between')
    },
  })
  const found = sample(parts, { schedules: 2000, depth: 2, shrink: false })
  assert.is(messageOf(found.failure?.error), 'in between')
})

test.run()
