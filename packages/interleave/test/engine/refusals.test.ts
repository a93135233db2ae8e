// What cannot be explored.

import { assert, suite } from '@hakmem/testing'
import { explore, InterleaveError } from '../../dist/index.js'
import * as $ from '../../dist/runtime.js'
import { codeOf, increment, lostUpdate, scenario, store } from './threads.ts'

const test = suite('what cannot be explored')

const fails = (code: string, act: () => unknown) =>
  assert.throws(act, (error: unknown) => error instanceof InterleaveError && error.code === code, code)

test('a scenario that cannot be explored is refused with the reason', () => {
  fails('BAD_SCENARIO', () => explore(scenario({ threads: {} })))
  fails('BAD_STEP', () =>
    explore(
      scenario({
        threads: {
          a: function* () {
            yield 1
          },
        },
      }),
    ),
  )
  let runs = 0
  fails('NOT_DETERMINISTIC', () =>
    explore(
      scenario({
        threads: {
          a: function* (words) {
            yield store(words, 0, runs++)
            yield store(words, 0, 0)
          },
          b: increment,
        },
      }),
    ),
  )
  fails('STEP_IN_CALLBACK', () =>
    explore(
      scenario({
        threads: {
          a: (words) => [1].map(() => $.drainAtomic('add', 'callback', words, 0, 1)),
        },
      }),
    ),
  )
})

test('an exploration inside a scenario is refused, and one after a refusal works', () => {
  const { failure } = explore(scenario({ threads: { a: increment }, check: () => explore(lostUpdate) }))
  assert.is(codeOf(failure?.error), 'REENTERED')
  assert.ok(explore(scenario({ threads: { a: increment } })).complete)
})

test.run()
