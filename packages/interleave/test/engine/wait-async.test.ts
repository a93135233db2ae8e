// waitAsync in a schedule: one line with those that sleep, and turns of an event loop.

import { assert, suite } from '@hakmem/testing'
import { explore, replay, sample } from '../../dist/index.js'
import { async, awaiting, begin, call, later } from './tasks.ts'
import {
  add,
  all,
  type Body,
  codeOf,
  load,
  notify,
  returned,
  type Steps,
  scenario,
  store,
  type Words,
  wait,
} from './threads.ts'

const test = suite('waitAsync')

test('waitAsync answers at once when the value differs or the time is 0, and promises otherwise', () => {
  const told = all(
    {
      threads: {
        a: async(function* (words) {
          const differs = yield* begin(words, 0, 1)
          const isOver = yield* begin(words, 0, 0, 0)
          const waits = yield* begin(words, 0, 0, 5)
          return `${differs.async} ${differs.value} ${isOver.async} ${isOver.value} ${waits.async} ${yield awaiting(waits.value)}`
        }),
      },
    },
    {},
    (_, end) => String(returned(end, 'a')),
  )
  assert.equal(told, ['false not-equal false timed-out true timed-out'])
})

test('who sleeps and who left a promise stand in one line, first come, first woken', () => {
  const parts = {
    threads: {
      a: async(function* (words: Words) {
        yield* later(words, 0, 0)
        return yield add(words, 1, 1)
      }),
      b: function* (words: Words): Steps<unknown> {
        yield wait(words, 0, 0)
        return yield add(words, 1, 1)
      },
      c: function* (words: Words): Steps {
        yield notify(words, 0, 1)
        yield store(words, 2, yield load(words, 1))
        yield store(words, 0, 1)
        yield notify(words, 0)
      },
    },
  }
  // Nobody switched away from: a, b, c come in any order, and c wakes the first of a and b.
  const told = all(parts, { preemptions: 0 }, (_, end) => `${returned(end, 'a')} ${returned(end, 'b')}`)
  assert.equal(told, ['0 1', '1 0'])
  const order = (trace: string) => {
    const check = () => {
      throw new Error('to see the table')
    }
    const { failure } = replay(scenario({ ...parts, check }), trace)
    return failure?.rows.filter(({ operation }) => operation.startsWith('woken')).map(({ thread }) => thread)
  }
  assert.equal(order('a2b2c2'), ['a', 'b'])
  assert.equal(order('b2a2c2'), ['b', 'a'])
})

test('notify counts promises', () => {
  const told = all(
    {
      threads: {
        a: async(function* (words) {
          const one = yield* begin(words, 0, 0)
          const two = yield* begin(words, 0, 0)
          const woken = [yield notify(words, 0, 1), yield notify(words, 0), yield notify(words, 0)]
          return `${woken} ${yield awaiting(two.value)} ${yield awaiting(one.value)}`
        }),
      },
    },
    {},
    (_, end) => String(returned(end, 'a')),
  )
  assert.equal(told, ['1,1,0 ok ok'])
})

test('a promise that is settled is no reason to interrupt its thread', () => {
  // b may wake the task of a at any time, and it goes on only where a awaits something.
  const told = all(
    {
      threads: {
        a: async(function* (words) {
          const other = yield* call(words, function* (words) {
            yield* later(words, 0, 0)
            yield add(words, 2, 10)
          })
          const seen = [yield add(words, 2, 1), yield add(words, 2, 1), yield load(words, 2)]
          yield awaiting(other)
          return `${seen} ${yield load(words, 2)}`
        }),
        b: function* (words: Words): Steps {
          yield store(words, 0, 1)
          yield notify(words, 0)
        },
      },
    },
    {},
    (_, end) => String(returned(end, 'a')),
  )
  assert.equal(told, ['0,1,2 12'])
})

test('a promise times out only when its thread has nothing else to do, and can be woken until then', () => {
  const told = all(
    {
      threads: {
        a: async(function* (words) {
          const promise = yield* begin(words, 0, 0, 5)
          // Asleep: no job can run.
          yield wait(words, 1, 0)
          return yield awaiting(promise.value)
        }),
        b: function* (words: Words): Steps<unknown> {
          const woken = yield notify(words, 0)
          yield store(words, 1, 1)
          yield notify(words, 1)
          return woken
        },
      },
    },
    {},
    (_, end) => `${returned(end, 'a')} ${returned(end, 'b')}`,
  )
  assert.equal(told, ['ok 1', 'timed-out 0'])
})

test('each of several promises may time out first', () => {
  const told = all(
    {
      threads: {
        a: async(function* (words) {
          const order: number[] = []
          const task = (at: number): Body =>
            function* (words) {
              if ((yield* later(words, at, 0, 5)) === 'timed-out') order.push(at)
            }
          const promises = [yield* call(words, task(1)), yield* call(words, task(2))]
          for (const promise of promises) yield awaiting(promise)
          return order[0]
        }),
      },
    },
    {},
    (_, end) => String(returned(end, 'a')),
  )
  assert.equal(told, ['1', '2'])
})

test('a lost wake-up of a promise is a deadlock, and the report says who waits where', () => {
  const parts = scenario({
    threads: {
      a: async(function* (words) {
        if ((yield load(words, 0)) === 0) yield* later(words, 1, 0)
      }),
      b: function* (words: Words): Steps {
        yield store(words, 0, 1)
        yield notify(words, 1)
      },
    },
  })
  const { failure } = explore(parts)
  assert.is(codeOf(failure?.error), 'DEADLOCK')
  assert.match(String(failure), /nobody will wake a at waitAsync 1 on Int32Array\[1\]/)
  assert.match(String(failure), /waitAsync.*0: waits/)
  assert.ok(replay(parts, failure?.trace ?? '').failure !== undefined)
  assert.ok(sample(parts, { schedules: 500 }).failure !== undefined, 'samples find it too')
})

test('a trace says which wait times out, and which turns are one', () => {
  const order = scenario({
    threads: {
      a: async(function* (words) {
        const order: number[] = []
        const task = (at: number): Body =>
          function* (words) {
            yield* later(words, at, 0, 5)
            order.push(at)
            yield awaiting(undefined)
            order.push(at)
          }
        const promises = [yield* call(words, task(1)), yield* call(words, task(2))]
        for (const promise of promises) yield awaiting(promise)
        throw new Error(order.join(''))
      }),
      b: function* (words: Words): Steps {
        yield notify(words, 1)
        yield notify(words, 2)
      },
    },
  })
  const threw = (trace: string) => /operation 0: (\d+)/.exec(String(replay(order, trace).failure))?.[1]
  assert.throws(() => replay(order, 'a3a~a~1'), /waits for no time/)
  assert.is(threw('a3a~1a'), '2211')
  assert.is(threw('a3a~a'), '1122')
  assert.is(threw('a3b3a'), '1122')
  assert.is(threw('a3b3a*'), '1212')
  assert.is(codeOf(explore(order).failure?.error), 'THREW')
  assert.throws(() => replay(order, 'a3a*'), /the trace does not fit/)
})

test('a thread that dies leaves the line, and takes along what it was woken for', () => {
  const waits = (words: Words) => later(words, 0, 0)
  const parts = {
    threads: {
      a: async(waits),
      b: async(function* (words) {
        yield store(words, 0, 1)
        yield store(words, 1, 1 + (yield notify(words, 0, 1)))
      }),
    },
    reaper: function* (words: Words): Steps {
      yield store(words, 0, 1)
      yield notify(words, 0)
    },
  }
  const told = all(
    { ...parts, threads: { ...parts.threads, b: parts.threads.b } },
    { kills: 1, preemptions: 2 },
    (words, end) => `${end.killed.map(({ thread }) => thread)} ${words[1]}`,
  ).filter((line) => line.startsWith('a'))
  assert.equal(told, ['a 1', 'a 2'])
})

test.run()
