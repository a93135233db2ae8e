// The reductions lose nothing: small random programs end in the same states with and without them.

import { assert, suite } from '@hakmem/testing'
import { randomFrom } from '@hakmem/testing/random'
import { type ExploreOptions, explore } from '../../dist/index.js'
import * as $ from '../../dist/runtime.js'
import {
  ATOMIC,
  DELAYED,
  endings,
  type Instruction,
  type Ops,
  PLAIN,
  type Program,
  randomProgram,
  sorted,
} from './programs.ts'

const test = suite('reductions spare schedules and lose no end')

/** Explores with every combination of the reductions, and compares. The answer is how many schedules they spared. */
function compare(program: Program, options: ExploreOptions, reaped = false): number {
  const whole = endings(program, { ...options, stateCache: false, contendedOnly: false }, reaped)
  let least = whole.schedules
  for (const [stateCache, contendedOnly] of [
    [true, false],
    [false, true],
    [true, true],
  ]) {
    const part = endings(program, { ...options, stateCache, contendedOnly }, reaped)
    assert.equal(
      sorted(part.states),
      sorted(whole.states),
      `cache ${stateCache}, contended ${contendedOnly}: ${JSON.stringify(program)}`,
    )
    least = Math.min(least, part.schedules)
  }
  return whole.schedules - least
}

for (const [name, ops] of Object.entries({ ATOMIC, PLAIN, DELAYED })) {
  test(`switches between two threads: ${name.toLowerCase()} steps`, () => {
    const random = randomFrom(ops.length)
    let spared = 0
    for (let n = 0; n < 60; n++) {
      // Stores that land whenever they like make for many more schedules.
      const preemptions = ops === DELAYED ? 1 : 2
      spared += compare(randomProgram(random, 2, ops === DELAYED ? 2 : 3, ops), { preemptions })
    }
    assert.ok(spared > 0)
  })
}

test('a read of one delayed store through a wider view leaves the others delayed', () => {
  compare(
    [
      [
        [{ op: 'mark', at: 0, value: 2 }],
        [
          { op: 'add', at: 1, value: 2 },
          { op: 'add', at: 0, value: 2 },
        ],
      ],
      [
        [
          { op: 'mark', at: 1, value: 1 },
          { op: 'put', at: 0, value: 1 },
        ],
        [{ op: 'load', at: 1, value: 1 }],
      ],
    ],
    { preemptions: 1 },
  )
})

test('switches among three threads', () => {
  const random = randomFrom(33)
  for (let n = 0; n < 15; n++)
    compare(randomProgram(random, 3, 2, [...ATOMIC, ...DELAYED]), { preemptions: 1 })
})

test('kills, with a reaper', () => {
  const random = randomFrom(5)
  for (let n = 0; n < 25; n++) {
    compare(randomProgram(random, 2, 2, [...PLAIN, ...PLAIN, 'mark']), { preemptions: 1, kills: 1 }, true)
  }
})

test('kills of a thread and of its reaper', () => {
  const random = randomFrom(6)
  for (let n = 0; n < 10; n++) compare(randomProgram(random, 2, 2, PLAIN), { preemptions: 0, kills: 2 }, true)
})

test('throws', () => {
  const random = randomFrom(7)
  for (let n = 0; n < 25; n++) compare(randomProgram(random, 2, 2, PLAIN), { preemptions: 1, throws: 1 })
})

test('loops that spin and give up', () => {
  // What only one thread touches must not tell another that it is worth looking again.
  compare(
    [
      [
        [
          { op: 'store', at: 2, value: 2 },
          { op: 'rest', at: 2, value: 1 },
        ],
        [
          { op: 'spin', at: 2, value: 1 },
          { op: 'store', at: 1, value: 1 },
        ],
      ],
      [
        [
          { op: 'store', at: 2, value: 1 },
          { op: 'store', at: 0, value: 2 },
        ],
        [
          { op: 'spin', at: 1, value: 2 },
          { op: 'store', at: 1, value: 2 },
        ],
      ],
    ],
    { preemptions: 1 },
  )
  const random = randomFrom(12)
  for (let n = 0; n < 25; n++) {
    const ops: Ops = ['spin', 'rest', 'store', 'add']
    compare(randomProgram(random, 2, 2, ops), { preemptions: 1 + (n % 2) })
  }
})

test('everything at once', () => {
  const random = randomFrom(11)
  const ops: Ops = [...ATOMIC, ...PLAIN, ...DELAYED, 'wait', 'notify']
  for (let n = 0; n < 40; n++) {
    const program = randomProgram(random, 2, 2, ops).map((thread) => [
      thread[0].map((one) => (one.op === 'wait' ? { ...one, value: 2 } : one)),
    ])
    compare(program, { preemptions: 1, kills: 1, throws: n % 2 }, true)
  }
})

test('waits that time out, and notifies', () => {
  const random = randomFrom(8)
  const ops: Ops = ['wait', 'wait', 'notify', 'store', 'add']
  for (let n = 0; n < 60; n++) {
    const program = randomProgram(random, 2, 3, ops).map((thread) => [
      thread[0].map((one) => (one.op === 'wait' ? { ...one, value: 2 } : one)),
    ])
    compare(program, { preemptions: 1, kills: n % 2 })
  }
})

test('promises that time out, tasks that wait beside each other, and turns that are taken as one', () => {
  const random = randomFrom(14)
  const ops: Ops = ['later', 'later', 'notify', 'store', 'add', 'wait']
  for (let n = 0; n < 30; n++) {
    const program = randomProgram(random, 2, 3, ops).map((thread) => [
      thread[0].map((one) => (one.op === 'wait' || one.op === 'later' ? { ...one, value: 2 } : one)),
    ])
    compare(program, { preemptions: 1, kills: n % 4 === 0 ? 1 : 0, throws: n % 4 === 1 ? 1 : 0 })
  }
})

test('who waits first is woken first, and who is woken is not who timed out', () => {
  const sleep: Instruction = { op: 'wait', at: 0, value: 2 }
  const wake: Instruction = { op: 'notify', at: 0, value: 1 }
  const see: Instruction = { op: 'exchange', at: 1, value: 1 }
  compare([[[sleep, see]], [[sleep, see]], [[wake]]], { preemptions: 1 })
  compare([[[sleep, see]], [[sleep, see]], [[wake, wake]]], { preemptions: 0, kills: 1 })
})

test('two threads that wait in another order are in another state', () => {
  const seen = new Set<string>()
  const sleeper = (mine: number) =>
    function* (w: Int32Array): Generator<unknown, unknown, number> {
      yield $.atomic('store', 'arrive', w, mine, 1)
      yield $.atomic('wait', 'sleep', w, 0, 0)
      return yield $.atomic('add', 'wake', w, 1, 1)
    }
  const result = explore(
    {
      name: 'order',
      setup: () => new Int32Array(new SharedArrayBuffer(16)),
      threads: {
        a: sleeper(2),
        b: sleeper(3),
        // It says how often it looked: in the schedules where each look met what it looked for, only the line differs.
        *c(w: Int32Array): Generator<unknown, number, number> {
          let looks = 2
          for (const arrived of [2, 3]) while ((yield $.atomic('load', 'all?', w, arrived)) === 0) looks++
          yield $.atomic('notify', 'first', w, 0, 1)
          while ((yield $.atomic('load', 'awake?', w, 1)) === 0);
          yield $.atomic('notify', 'second', w, 0, 1)
          return looks
        },
      },
      check(_, { results }) {
        if (results.c[0]?.returned === 2) seen.add(`${results.a[0]?.returned}${results.b[0]?.returned}`)
      },
    },
    { preemptions: 0 },
  )
  assert.ok(result.complete, String(result.failure))
  assert.equal([...seen].sort(), ['01', '10'])
})

test('what proves to be contended late in a round is gone back to', () => {
  // Only between the first and the third step of one does two look at word 1, so only then is that word contended; and
  // what two sees there depends on a switch before the second.
  const seen = new Set<unknown>()
  const result = explore(
    {
      name: 'late',
      setup: () => new Int32Array(new SharedArrayBuffer(8)),
      threads: {
        *one(w: Int32Array) {
          yield $.atomic('store', 'raise', w, 0, 1)
          yield $.atomic('store', 'between', w, 1, 5)
          yield $.atomic('store', 'lower', w, 0, 0)
        },
        *two(w: Int32Array): Generator<unknown, unknown, number> {
          if ((yield $.atomic('load', 'raised?', w, 0)) === 1) return yield $.atomic('load', 'look', w, 1)
          return 'nothing'
        },
      },
      check(_, { results }) {
        seen.add(results.two[0]?.returned)
      },
    },
    { preemptions: 1 },
  )
  assert.ok(result.complete)
  assert.equal([...seen].map(String).sort(), ['0', '5', 'nothing'])
})

test('races among the clocks change nothing', () => {
  const random = randomFrom(9)
  for (let n = 0; n < 20; n++) {
    const program = randomProgram(random, 2, 2, ATOMIC)
    const without = endings(program, { preemptions: 2 }, false)
    const withClocks = endings(program, { preemptions: 2, races: 'mixed' }, false)
    assert.equal(sorted(withClocks.states), sorted(without.states))
  }
})

test.run()
