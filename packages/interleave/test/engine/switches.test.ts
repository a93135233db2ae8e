// Switches between threads: how many a bound allows, what a schedule starts from, and who spins.

import { assert, suite } from '@hakmem/testing'
import { explore, type Scenario } from '../../dist/index.js'
import * as $ from '../../dist/runtime.js'
import {
  add,
  all,
  type Body,
  here,
  load,
  lostUpdate,
  messageOf,
  notify,
  type Parts,
  returned,
  type Steps,
  store,
  type Words,
  wait,
} from './threads.ts'

const test = suite('switches')

test('an update is lost with one preemption, and with none it is not', () => {
  assert.ok(explore(lostUpdate, { preemptions: 0 }).complete)
  const { failure, complete } = explore(lostUpdate)
  assert.is(messageOf(failure?.error), '1 of 2 updates')
  assert.is(failure?.preemptions, 1)
  assert.not(complete)
})

test('a bound of n preemptions allows n switches away from a thread that could go on, and no more', () => {
  const twice: Body = function* (words) {
    for (let n = 0; n < 3; n++) words[1] = Math.max(words[1], yield add(words, 0, 1))
  }
  // b must get in between both pairs of the three adds of a.
  const parts = {
    threads: {
      a: function* (words: Words): Generator<unknown, string, number> {
        const got = [yield add(words, 0, 1), yield add(words, 0, 1), yield add(words, 0, 1)]
        return got.join()
      },
      b: twice,
    },
  }
  const split = (preemptions: number) =>
    all(parts, { preemptions }, (_, end) => String(returned(end, 'a'))).some((got) =>
      /^0,(2,4|2,5|3,5)$/.test(got),
    )
  assert.not(split(1))
  assert.not(split(2))
  assert.ok(split(3))
})

test('setup sees the same memory in every schedule, and what was written is undone at the end', () => {
  const words = new Int32Array(new SharedArrayBuffer(8))
  words[1] = 7
  const seenBySetup = new Set<number>()
  const parts: Scenario<Words> = {
    name: 'undo',
    setup() {
      seenBySetup.add(words[0])
      $.set(words, 0, words[0] + 5)
      return words
    },
    threads: {
      a: function* (w) {
        yield add(w, 0, 1)
        $.method(w, 'fill', '', 9, 1)
      },
      b: function* (w) {
        yield add(w, 0, 1)
      },
    },
    check(w) {
      if (w[0] !== 7 || w[1] !== 9) throw new Error(`${w}`)
    },
  }
  for (const reuse of [false, true]) {
    const result = explore({ ...parts, reuse })
    assert.ok(result.complete, String(result.failure))
    assert.ok(result.schedules > 2)
    assert.equal([...seenBySetup], [0])
    assert.equal([...words], [0, 7])
  }
})

test('methods of arrays are undone, and what they read is part of what a thread has seen', () => {
  const words = new Int32Array(new SharedArrayBuffer(32))
  const bytes = new Uint8Array(words.buffer)
  words.set([1, 2, 3])
  const told = new Set<string>()
  const result = explore({
    name: 'methods',
    setup: () => words,
    threads: {
      a: function* (w): Steps {
        yield add(w, 6, 1)
        $.method(bytes, 'fill', '', 7, -3)
        $.method(w, 'copyWithin', '', 3, 0, 2)
        $.method(w, 'set', '', w.subarray(0, 2), 1)
        yield add(w, 6, 1)
      },
      b: function* (w): Steps<unknown> {
        yield load(w, 6)
        const all = $.method(w, 'join', '')
        // Without what the join has read these two would be one state.
        yield load(w, 5)
        return all
      },
    },
    check(w, { results }) {
      told.add(String(results.b[0]?.returned))
      if (w.join() !== '1,1,2,1,2,0,2,117901056') throw new Error(w.join())
    },
  })
  assert.ok(result.complete, String(result.failure))
  assert.equal([...told].sort(), ['1,1,2,1,2,0,1,117901056', '1,1,2,1,2,0,2,117901056', '1,2,3,0,0,0,0,0'])
  assert.is(words.join(), '1,2,3,0,0,0,0,0')
})

test('a spin lock is explored, although whoever waits for it could spin for ever', () => {
  const locked: Body = function* (words) {
    while ((yield $.atomic('compareExchange', 'lock', words, 0, 0, 1)) !== 0) yield* here()
    const value = $.get(words, 1) as number
    yield load(words, 2)
    $.set(words, 1, value + 1)
    yield store(words, 0, 0)
  }
  assert.equal(
    all({ threads: { a: locked, b: locked } }, { preemptions: 2 }, (words) => String(words[1])),
    ['2'],
  )
})

/** Looks at word 0 up to `most` times; how often it looked in vain, and the order in which it then came to word 2. */
const looks = (most: number) =>
  function* (words: Words): Steps<string> {
    let vain = 0
    while (vain < most && (yield load(words, 0)) === 0) vain++
    return `${vain} ${yield add(words, 2, 1)}`
  }

test('a loop that gives up does so while others stand still, at the price of a preemption', () => {
  const parts: Parts = {
    threads: {
      a: looks(4),
      b: function* (words): Steps {
        yield store(words, 0, 1)
      },
    },
  }
  const told = (preemptions: number) => all(parts, { preemptions }, (_, end) => String(returned(end, 'a')))
  assert.equal(told(0), ['0 0', '3 0'])
  assert.ok(told(1).includes('4 0'))
})

test('a loop gives up before a wait of another times out', () => {
  const told = all(
    {
      threads: {
        a: looks(4),
        b: function* (words): Steps {
          yield wait(words, 1, 0, 10)
          yield store(words, 0, 1)
        },
      },
    },
    { preemptions: 1 },
    (_, end) => String(returned(end, 'a')),
  )
  assert.ok(told.includes('4 0'))
})

test('a wait that times out in an empty loop is no livelock while others can go on', () => {
  const told = all(
    {
      threads: {
        a: function* (words): Generator<unknown, string, unknown> {
          let last: unknown
          do last = yield wait(words, 0, 0, 10)
          while (last === 'timed-out')
          return String(last)
        },
        b: function* (words): Steps {
          yield store(words, 0, 1)
          yield notify(words, 0)
        },
      },
    } as Parts,
    {},
    (_, end) => String(returned(end, 'a')),
  )
  assert.equal(told, ['not-equal', 'ok'])
})

test('who spins is free to go on as soon as something has changed', () => {
  const told = all(
    {
      threads: {
        a: looks(9),
        b: function* (words): Steps {
          yield store(words, 0, 1)
        },
        c: function* (words): Steps<unknown> {
          return yield add(words, 2, 1)
        },
      },
    },
    { preemptions: 0 },
    (_, end) => `${returned(end, 'a')} ${returned(end, 'c')}`,
  )
  assert.ok(told.includes('3 0 1'))
  assert.ok(told.includes('3 1 0'))
})

test.run()
