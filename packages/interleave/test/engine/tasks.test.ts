// Async functions in a schedule: what their promises are settled with, when an operation ends, and what is refused.

import { assert, suite } from '@hakmem/testing'
import { type ExploreOptions, explore, type Scenario } from '../../dist/index.js'
import * as $ from '../../dist/runtime.js'
import { async, awaiting, call, later } from './tasks.ts'
import {
  add,
  all,
  codeOf,
  fresh,
  load,
  notify,
  returned,
  type Steps,
  scenario,
  store,
  type Words,
} from './threads.ts'

const test = suite('async functions')

test('what a task awaits rejects it, and is caught there', () => {
  const told = all(
    {
      threads: {
        a: async(function* (words) {
          const promise = yield* call(words, function* (words) {
            yield* later(words, 0, 0, 5)
            throw new Error('own')
          })
          try {
            yield awaiting(promise)
            return 'fine'
          } catch (error) {
            return (error as Error).message
          }
        }),
      },
    },
    {},
    (_, end) => String(returned(end, 'a')),
  )
  assert.equal(told, ['own'])
})

test('an async operation that rejects has thrown', () => {
  const threads = {
    a: async(function* (words) {
      yield* later(words, 0, 0, 5)
      throw new Error('own')
    }),
  }
  const { failure } = explore(scenario({ threads }))
  assert.is(codeOf(failure?.error), 'THREW')
  assert.match(String(failure), /a threw in operation 0: own/)
  assert.ok(explore(scenario({ threads, mayThrow: (error) => (error as Error).message === 'own' })).complete)
})

test('a stack overflow rejects the promise of the task that it strikes in', () => {
  const told = all(
    {
      threads: {
        a: async(function* (words) {
          const promise = yield* call(words, function* (words) {
            yield* later(words, 0, 0, 5)
            if (--$.points.left === 0) yield $.point('struck')
          })
          let end = 'fine'
          try {
            yield awaiting(promise)
          } catch (error) {
            end = (error as Error).constructor.name
          }
          yield store(words, 1, 1)
          return end
        }),
      },
    },
    { throws: 1 },
    (_, end) => String(returned(end, 'a')),
  )
  assert.equal(told, ['RangeError', 'fine'])
})

test('an operation ends when its promise is settled; what else its thread began goes on beside the next ones', () => {
  const told = all(
    {
      threads: {
        a: [
          async(function* (words) {
            yield* call(words, function* (words) {
              yield* later(words, 0, 0)
              yield add(words, 1, 10)
            })
          }),
          (words) => add(words, 1, 1) && undefined,
          async(function* (words) {
            yield* later(words, 2, 0)
          }),
        ],
        b: function* (words: Words): Steps {
          yield store(words, 0, 1)
          yield notify(words, 0)
          yield store(words, 2, 1)
          yield notify(words, 2)
        },
      },
    },
    {},
    (words) => String(words[1]),
  )
  // It may end before the task has gone on: then the task is dropped.
  assert.equal(told, ['0', '10'])
})

test('an overflow, a kill and a timeout of promises are the same with and without reductions', () => {
  // See `reductions.test.ts`, whose random programs wait asynchronously too.
  const parts = {
    threads: {
      a: async(function* (words: Words) {
        const one = yield* call(words, (words) => later(words, 0, 0, 5))
        const two = yield* call(words, (words) => later(words, 1, 0))
        return `${yield awaiting(two)} ${yield awaiting(one)}`
      }),
      b: function* (words: Words): Steps {
        yield notify(words, 0)
        yield store(words, 1, 1)
        yield notify(words, 1)
      },
    },
    reaper: (words: Words) => notify(words, 1) && undefined,
  }
  const told = (options: ExploreOptions) =>
    all(
      parts,
      options,
      (words, end) => `${words} ${returned(end, 'a')} ${end.killed.map(({ thread }) => thread)}`,
    )
  assert.equal(told({}), told({ stateCache: false, contendedOnly: false }))
})

test('promises of the host are refused, with the reason', () => {
  const refused = (parts: Partial<Scenario<Words>>) => {
    assert.throws(
      () => {
        const { failure } = explore(scenario({ threads: { a: () => undefined }, ...parts }))
        if (failure !== undefined) throw failure.error
      },
      (error: unknown) => codeOf(error) === 'HOST_PROMISE',
    )
  }
  refused({ threads: { a: () => Promise.resolve(1) } })
  refused({
    threads: {
      a: async(function* () {
        yield awaiting(Promise.resolve(1))
      }),
    },
  })
  refused({ check: async () => undefined })
  refused({ setup: (async () => fresh()) as never })
})

test('an async setup or check that waits for nobody is run to its end', () => {
  const { failure } = explore(
    scenario({
      threads: { a: () => undefined },
      check: async(function* (words) {
        const own = yield* call(words, function* (words) {
          yield store(words, 0, 7)
          return yield awaiting(yield load(words, 0))
        })
        throw new Error(`own ${yield awaiting(own)}`)
      }),
    }),
  )
  assert.match(String(failure), /own 7/)
})

test.run()
