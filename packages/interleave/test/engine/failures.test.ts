// How a failure is told, replayed and shrunk; and what ends an exploration before its end.

import { assert, suite } from '@hakmem/testing'
import { explore, type Operation, replay } from '../../dist/index.js'
import {
  add,
  type Body,
  codeOf,
  increment,
  lostUpdate,
  messageOf,
  racing,
  type Steps,
  scenario,
  store,
  type Words,
} from './threads.ts'

const test = suite('failures')

test('a failure prints who did what, where, and with which value, and the line that replays it', () => {
  const { failure } = explore({ ...lostUpdate, location: (_, index) => ({ name: `counter ${index}` }) })
  const text = String(failure)
  assert.match(text, /lost update: Error: 1 of 2 updates/)
  assert.match(text, /load .*counter 0 .*0 /)
  assert.match(text, /store .*counter 0 .*1 -> 1/)
  assert.ok(text.includes(`replay(scenario, '${failure?.trace}')`))
  assert.equal(
    failure?.rows.map(({ thread, operation }) => `${thread} ${operation}`),
    ['a starts', 'a load', 'b starts', 'b load', 'b store', 'b ends', 'a store', 'a ends'],
  )
})

test('the line that replays a failure has the options that it needs', () => {
  const { failure } = explore(scenario(racing('nothing')), { races: true, storeBuffers: false, kills: 1 })
  assert.ok(
    String(failure).endsWith(`replay(scenario, '${failure?.trace}', { storeBuffers: false, races: true })`),
  )
  assert.is(
    codeOf(replay(scenario(racing('nothing')), failure?.trace ?? '', { races: true }).failure?.error),
    'RACE',
  )
})

test('a trace replays its schedule and no other', () => {
  const { failure } = explore(lostUpdate)
  const again = replay(lostUpdate, failure?.trace ?? '')
  assert.equal(again.failure?.rows, failure?.rows)
  assert.is(replay(lostUpdate, 'a4b4').failure, undefined)
  assert.is(replay(lostUpdate, '').failure, undefined)
})

test('a trace that does not fit is told from one that passes', () => {
  for (const trace of ['a99', 'z', 'a~', 'a:0', '?', 'a0,7/a', 'A']) {
    assert.throws(
      () => replay(lostUpdate, trace),
      (error: unknown) => codeOf(error) === 'BAD_TRACE',
      trace,
    )
  }
})

test('a failure is shrunk to the operations and threads that it needs', () => {
  const idle: Operation<Words> = function* (words): Generator {
    yield add(words, 2, 1)
    yield add(words, 3, 1)
  }
  const { failure } = explore(
    scenario({
      threads: { c: [idle, idle], a: [idle, increment, idle], b: [idle, increment] },
      check(words, { results }) {
        const done = [results.a[1], results.b[1]].filter((outcome) => outcome !== undefined).length
        if (words[0] !== done) throw new Error(`${words[0]} of ${done} updates`)
      },
    }),
  )
  assert.is(messageOf(failure?.error), '1 of 2 updates')
  assert.match(failure?.trace ?? '', /^b1\.c1\//)
  assert.ok((failure?.rows.length ?? 99) <= 8)
})

test('an operation that the check counts on is not shrunk away', () => {
  const { failure } = explore(
    scenario({
      threads: { a: [increment, increment], b: [increment] },
      check(words) {
        if (words[0] !== 3) throw new Error(`${words[0]} of 3 updates`)
      },
    }),
  )
  assert.is(failure?.preemptions, 1)
  assert.not((failure?.trace ?? '/').includes('/'))
})

test('nor is one without which something else goes wrong', () => {
  const { failure } = explore(
    scenario({
      threads: {
        a: [
          function* (words): Steps {
            yield store(words, 1, 1)
          },
          increment,
        ],
        b: [increment],
      },
      check(words) {
        if (words[0] !== 2) throw new Error(words[1] === 0 ? 'not prepared' : 'lost')
      },
    }),
  )
  assert.is(messageOf(failure?.error), 'lost')
  assert.not((failure?.trace ?? '/').includes('/'))
})

test('a kill is shrunk to an earlier one', () => {
  const { failure } = explore(
    scenario({
      threads: {
        a: function* (words) {
          for (let n = 0; n < 6; n++) yield add(words, 0, 1)
        },
      },
      check(words, { killed }) {
        if (killed.length > 0 && words[0] >= 2) throw new Error('killed late')
      },
    }),
    { kills: 1 },
  )
  assert.is(failure?.trace, 'a3a!')
})

test('a limit of schedules or seconds ends an exploration that is then not complete', () => {
  const body: Body = function* (words) {
    for (let n = 0; n < 20; n++) yield add(words, 0, 1)
  }
  const parts = scenario({ threads: { a: body, b: body, c: body } })
  const few = explore(parts, { maxSchedules: 50 })
  assert.is(few.schedules, 50)
  assert.not(few.complete)
  const short = explore(parts, { seconds: 0.05, preemptions: 4 })
  assert.not(short.complete)
  assert.ok(short.seconds < 2)
})

test.run()
