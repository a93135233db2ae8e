// Atomics.wait and notify in a schedule; and what nobody ends.

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
  type Parts,
  returned,
  type Steps,
  scenario,
  store,
  wait,
} from './threads.ts'

const test = suite('waits')

test('wait answers at once when the value differs or the time is 0, and waits otherwise', () => {
  const told = all(
    {
      threads: {
        a: function* (words): Generator<unknown, string, unknown> {
          return `${yield wait(words, 0, 1)} ${yield wait(words, 0, 0, 0)} ${yield wait(words, 0, 0, 10)}`
        },
      },
    } as Parts,
    {},
    (_, end) => String(returned(end, 'a')),
  )
  assert.equal(told, ['not-equal timed-out timed-out'])
})

test('notify wakes those that came first, as many as it says', () => {
  const sleeper: Body = function* (words) {
    const before = yield add(words, 1, 1)
    const answer: unknown = yield wait(words, 0, 0, 10)
    return `${before}${answer}`
  }
  const told = all(
    {
      threads: {
        a: sleeper,
        b: sleeper,
        c: function* (words): Steps<number> {
          return yield notify(words, 0, 1)
        },
      },
    },
    { preemptions: 1 },
    (_, end) => `${[returned(end, 'a'), returned(end, 'b')].sort().join(' ')} ${returned(end, 'c')}`,
  )
  // Never does the second that came to wait get the only wake-up while the first times out unwoken, unless the first had
  // timed out before, or was switched away from between its add and its wait.
  assert.ok(told.includes('0ok 1timed-out 1'))
  assert.ok(told.includes('0timed-out 1timed-out 0'))
  assert.not(told.some((line) => line.includes('0ok 1ok')))
  for (const line of told) assert.is(line.endsWith('1'), line.includes('ok'), line)
})

test('first come, first woken, with nobody switched away from', () => {
  const sleeper: Body = function* (words) {
    yield wait(words, 0, 0)
    return yield add(words, 1, 1)
  }
  const waker: Body = function* (words) {
    while ((yield load(words, 2)) !== 2) yield $.atomic('pause', 'pause')
    yield notify(words, 0, 1)
    while ((yield load(words, 1)) !== 1) yield $.atomic('pause', 'pause')
    yield notify(words, 0)
  }
  const arrive = (mine: number): Body =>
    function* (words) {
      while ((yield load(words, 2)) !== mine) yield $.atomic('pause', 'pause')
      yield add(words, 2, 1)
      return yield* sleeper(words) as Generator<unknown, number, number>
    }
  const told = all(
    { threads: { a: arrive(0), b: arrive(1), c: waker } },
    { preemptions: 0 },
    (_, end) => `${returned(end, 'a')} ${returned(end, 'b')}`,
  )
  assert.equal(told, ['0 1'])
})

test('a wait that polls times out again and again, but starves nobody', () => {
  const told = all(
    {
      threads: {
        a: function* (words): Steps<string> {
          const got = []
          while (got.at(-1) !== 3) {
            yield wait(words, 0, 0, 10)
            got.push(yield load(words, 1))
          }
          return got.join('')
        },
        b: function* (words): Steps {
          for (let n = 1; n <= 3; n++) yield store(words, 1, n)
        },
      },
    },
    { preemptions: 2 },
    (_, end) => String(returned(end, 'a')),
  )
  // With two switches away from b it sees two of its stores on the way.
  for (const seen of ['3', '03', '13', '23', '123', '0123'])
    assert.ok(told.includes(seen), `${seen} of ${told}`)
})

test('a wake-up that comes before its wait is lost', () => {
  const { failure } = explore(
    scenario({
      threads: {
        a: function* (words) {
          yield wait(words, 0, 0)
        },
        b: function* (words) {
          yield notify(words, 0)
        },
      },
    }),
  )
  assert.is(codeOf(failure?.error), 'DEADLOCK')
})

test('two threads that each wait for the other to move are a livelock', () => {
  const after: Body = function* (words) {
    while ((yield load(words, 0)) === 0) yield* here()
  }
  const { failure } = explore(scenario({ threads: { a: after, b: after } }), { maxSteps: 200, shrink: false })
  assert.is(codeOf(failure?.error), 'LIVELOCK')
  assert.match(messageOf(failure?.error), /no end after 200 steps: a at load 0, b at load 0/)
})

test('a loop without a shared step is told too', () => {
  const { failure } = explore(
    scenario({
      threads: {
        a: function* () {
          for (;;) yield* here()
        },
      },
    }),
    { shrink: false },
  )
  assert.match(messageOf(failure?.error), /a runs on at here without a shared step/)
})

test.run()
