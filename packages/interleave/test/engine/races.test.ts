// Plain accesses of two threads: what orders them, and what is told if nothing does.

import { assert, suite } from '@hakmem/testing'
import { explore } from '../../dist/index.js'
import * as $ from '../../dist/runtime.js'
import {
  codeOf,
  load,
  messageOf,
  notify,
  type Parts,
  racing,
  type Steps,
  scenario,
  store,
  wait,
} from './threads.ts'

const test = suite('races')

test('plain accesses that nothing orders are a race, and say where they stand', () => {
  const { failure } = explore(scenario(racing('nothing')), { races: true })
  assert.is(codeOf(failure?.error), 'RACE')
  assert.match(messageOf(failure?.error), /^(b reads at read what a wrote|a writes at write what b read)/)
  assert.ok(explore(scenario(racing('nothing'))).complete)
})

test('an Atomics store and load order them, and so does a release seen by an acquire, but no unordered store', () => {
  assert.is(explore(scenario(racing('atomics')), { races: true }).failure, undefined)
  assert.is(explore(scenario(racing('release')), { races: true }).failure, undefined)
  assert.is(codeOf(explore(scenario(racing('unordered')), { races: true }).failure?.error), 'RACE')
})

test('what follows a store is not ordered by it', () => {
  const { failure } = explore(
    scenario({
      threads: {
        a: function* (words): Steps {
          yield store(words, 1, 1)
          $.set(words, 0, 1)
        },
        b: function* (words): Steps<unknown> {
          return (yield load(words, 1)) === 1 ? $.get(words, 0) : 0
        },
      },
    }),
    { races: true },
  )
  assert.is(codeOf(failure?.error), 'RACE')
})

test('a race that the scenario gives a reason for is none', () => {
  const reason = { location: (_: unknown, index: number) => ({ name: `word ${index}`, race: 'a hint' }) }
  assert.ok(explore(scenario({ ...racing('nothing'), ...reason }), { races: true }).complete)
})

test('plain against atomic is a race only when asked for', () => {
  const parts = scenario({
    threads: {
      a: function* (words) {
        yield store(words, 0, 1)
      },
      b: (words) => $.get(words, 0),
    },
  })
  assert.ok(explore(parts, { races: true }).complete)
  assert.is(codeOf(explore(parts, { races: 'mixed' }).failure?.error), 'RACE')
})

test('a death orders what the dead did before what its reaper does, and notify what it wakes', () => {
  const parts = scenario({
    threads: {
      a: function* (words) {
        yield load(words, 2)
        $.set(words, 0, 1)
        yield notify(words, 1)
      },
      b: function* (words): Generator<unknown, unknown, unknown> {
        if ((yield wait(words, 1, 0, 10)) === 'ok') return $.get(words, 0)
        return 0
      },
    },
    reaper: (words, dead) => dead === 'a' && $.get(words, 0),
  } as Parts)
  assert.is(explore(parts, { races: true }).failure, undefined)
  const killed = explore(parts, { races: true, kills: 1 })
  assert.is(killed.failure, undefined, String(killed.failure))
})

test.run()
