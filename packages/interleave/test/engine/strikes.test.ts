// Kills and stack overflows: where they strike, and what is left then.

import { assert, suite } from '@hakmem/testing'
import { explore } from '../../dist/index.js'
import * as $ from '../../dist/runtime.js'
import {
  add,
  all,
  type Body,
  codeOf,
  here,
  load,
  messageOf,
  notify,
  type Steps,
  scenario,
  store,
  three,
  type Words,
  wait,
} from './threads.ts'

const test = suite('kills and stack overflows')

test('a thread is killed in every state that it leaves behind', () => {
  const killedAt = all(
    { threads: { a: three } },
    { kills: 1 },
    (words, { killed, results }) =>
      `${words[0]} ${killed.map(({ operation }) => operation)} ${results.a[0] !== undefined}`,
  )
  // No kill; one at the end; one in the operation, at each value; one before it.
  assert.equal(killedAt, ['0 0 false', '1 0 false', '2 0 false', '3  true', '3 0 false', '3 1 true'])
})

test('a killed thread runs no finally, and its reaper runs, once', () => {
  let unwound = 0
  const body: Body = function* (words) {
    try {
      yield store(words, 0, 1)
      yield store(words, 0, 2)
    } finally {
      if ((yield load(words, 0)) < 2) unwound++
    }
  }
  const reaped = all(
    {
      threads: { a: body },
      reaper: function* (words, dead, nth): Generator {
        yield store(words, 1, dead === 'a' ? nth : -1)
      },
    },
    { kills: 1 },
    (words, { killed }) => `${killed.length} ${words[1]}`,
  )
  assert.equal(reaped, ['0 0', '1 1'])
  assert.is(unwound, 0)
})

test('a reaper is killed at each of its steps, and the next one is told so', () => {
  const told = all(
    {
      threads: {
        a: function* (words) {
          yield store(words, 0, 1)
        },
      },
      reaper: function* (words, dead, nth): Generator {
        yield store(words, nth, 1)
        yield store(words, nth, dead.length)
      },
    },
    { kills: 2 },
    (words, { killed }) => `${killed.map(({ thread }) => thread)} ${[words[1], words[2]]}`,
  )
  assert.equal(told, [' 0,0', 'a 1,0', 'a,reaper 0,6', 'a,reaper 1,6'])
})

test('a second kill strikes no second worker', () => {
  const body: Body = function* (words) {
    yield add(words, 0, 1)
  }
  const told = all({ threads: { a: body, b: body } }, { kills: 2 }, (_, { killed }) => String(killed.length))
  assert.equal(told, ['0', '1'])
})

test('a thread that has been woken, but not run, can be killed: its wake-up is lost', () => {
  const sleeper: Body = function* (words) {
    yield wait(words, 0, 0)
  }
  const { failure } = explore(
    scenario({
      threads: {
        a: sleeper,
        b: sleeper,
        c: function* (words): Steps {
          yield store(words, 1, 1)
          while ((yield notify(words, 0, 1)) === 0) yield $.atomic('pause', 'pause')
        },
      },
      // Whoever ends passes the wake-up on; the dead cannot.
      reaper: function* (): Generator {},
    }),
    { kills: 1, preemptions: 1 },
  )
  assert.is(codeOf(failure?.error), 'DEADLOCK')
})

test('a mutex without recovery deadlocks when its holder dies, and the report says who waits where', () => {
  const locked: Body = function* (words) {
    while ((yield $.atomic('exchange', 'lock', words, 0, 1)) !== 0) yield wait(words, 0, 1)
    yield store(words, 0, 0)
    yield notify(words, 0, 1)
  }
  const parts = scenario({ name: 'mutex', threads: { a: locked, b: locked } })
  assert.ok(explore(parts).complete)
  const { failure } = explore(parts, { kills: 1 })
  assert.is(codeOf(failure?.error), 'DEADLOCK')
  assert.match(messageOf(failure?.error), /nobody will wake [ab] at wait 0/)
})

test('a stack overflow strikes at every local point, can be caught, and the thread goes on', () => {
  const body: Body = function* (words) {
    yield* here()
    yield store(words, 0, 1)
    try {
      yield* here()
      yield store(words, 0, 2)
    } catch (error) {
      yield store(words, 1, error instanceof RangeError ? 1 : 2)
    } finally {
      yield store(words, 2, 1)
    }
    yield* here()
    return 'end'
  }
  const told = all(
    {
      threads: {
        a: [
          body,
          function* (words) {
            yield store(words, 3, 1)
          },
        ],
      },
    },
    { throws: 1 },
    (words, { results, thrown }) => {
      const [first] = results.a
      return `${words.subarray(0, 4)} ${first?.returned ?? first?.injected} ${thrown.length}`
    },
  )
  assert.equal(told, ['0,0,0,1 true 1', '1,1,1,1 end 1', '2,0,1,1 end 0', '2,0,1,1 true 1'])
})

test('an operation that throws is a failure, unless the scenario says that it may', () => {
  const parts = {
    threads: {
      a: [
        function* (words: Words): Steps<unknown> {
          yield store(words, 0, 1)
          throw new TypeError('odd')
        },
        function* (words: Words): Steps {
          yield store(words, 1, 1)
        },
      ],
    },
  }
  const { failure } = explore(scenario(parts))
  assert.is(codeOf(failure?.error), 'THREW')
  assert.match(messageOf(failure?.error), /a threw in operation 0: odd/)
  const may = { ...parts, mayThrow: (error: unknown) => error instanceof TypeError }
  assert.equal(
    all(
      may,
      {},
      (words, { results }) => `${words[1]} ${messageOf(results.a[0]?.threw)} ${results.a[0]?.injected}`,
    ),
    ['1 odd false'],
  )
})

test.run()
