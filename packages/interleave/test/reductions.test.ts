// The reductions lose nothing: small random programs end in the same states with and without them, and straight-line
// programs in those that an enumeration written without any of the engine finds.

import { assert, suite } from '@hakmem/testing'
import { explore } from '../dist/engine.js'
import * as $ from '../dist/runtime.js'
import type { End, ExploreOptions, Operation, Scenario } from '../dist/scenario.js'

const test = suite('reductions')

/** Numbers that are the same in every run of the tests: mulberry32. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let h = Math.imul(state ^ (state >>> 15), 1 | state)
    h = (h + Math.imul(h ^ (h >>> 7), 61 | h)) ^ h
    return ((h ^ (h >>> 14)) >>> 0) % below
  }
}

interface Instruction {
  readonly op:
    | 'load'
    | 'store'
    | 'add'
    | 'exchange'
    | 'cas'
    | 'get'
    | 'set'
    | 'mark'
    | 'put'
    | 'seen'
    | 'wait'
    | 'later'
    | 'notify'
    | 'spin'
    | 'rest'
  readonly at: number
  readonly value: number
}

interface Shared {
  readonly words: Int32Array
  readonly bytes: Uint8Array
}

type Program = readonly (readonly (readonly Instruction[])[])[]

/** An operation that runs the instructions: in two tasks at once if some wait asynchronously. It returns what it has seen. */
function operation(instructions: readonly Instruction[]): Operation<Shared> {
  const half = instructions.length >> 1
  const tasks = [instructions.slice(0, half), instructions.slice(half)].map(stepsOf)
  if (!instructions.some(({ op }) => op === 'later')) return stepsOf(instructions)
  const both = function* (shared: Shared): Generator<unknown, string, string> {
    const promises: unknown[] = []
    for (const task of tasks) promises.push(yield* $.task(task, undefined, [shared]) as Generator)
    return `${yield $.awaiting('one', promises[0])} / ${yield $.awaiting('two', promises[1])}`
  }
  return (shared) => $.task(both, undefined, [shared])
}

/** The instructions with a local point before each. */
function stepsOf(
  instructions: readonly Instruction[],
): (shared: Shared) => Generator<unknown, string, number> {
  return function* ({ words, bytes }) {
    const seen: unknown[] = []
    // What is stored depends on what was seen, so that orders show.
    let sum = 1
    for (const { op, at, value } of instructions) {
      if (--$.points.left === 0) yield $.point('instruction')
      if (op === 'load') sum += yield $.atomic('load', 'load', words, at)
      else if (op === 'store') yield $.atomic('store', 'store', words, at, value + sum)
      else if (op === 'add') sum += yield $.atomic('add', 'add', words, at, value)
      else if (op === 'exchange') sum += yield $.atomic('exchange', 'exchange', words, at, value + sum)
      else if (op === 'cas') sum += yield $.atomic('compareExchange', 'cas', words, at, 0, value)
      else if (op === 'get') sum += $.get(bytes, 4 * at) as number
      else if (op === 'set') $.set(bytes, 4 * at, value + sum)
      else if (op === 'mark') yield $.plain('store', 'release', 'mark', bytes, 4 * at, value)
      else if (op === 'put') yield $.plain('store', 'unordered', 'put', bytes, 4 * at, value)
      else if (op === 'seen') sum += yield $.plain('load', 'acquire', 'seen', bytes, 4 * at)
      else if (op === 'spin') {
        for (let turn = 0; turn < 4 && (yield $.atomic('load', 'spin', words, at)) === 0; turn++) sum += 10
      } else if (op === 'rest') {
        for (let turn = 0; turn < 4; turn++) yield $.atomic('pause', 'rest')
      } else if (op === 'wait') seen.push(yield $.atomic('wait', 'wait', words, at, 0, value > 1 ? 10 : 0))
      else if (op === 'later') {
        const answer = yield $.atomic('waitAsync', 'later', words, at, 0, value > 1 ? 10 : 0)
        seen.push(yield $.awaiting('later', (answer as unknown as { value: unknown }).value))
      } else yield $.atomic('notify', 'notify', words, at, 1)
      seen.push(sum)
    }
    return seen.join(' ')
  }
}

const words = new Int32Array(new SharedArrayBuffer(16))
const bytes = new Uint8Array(words.buffer)

/** The states in which a program can end. */
function endings(
  program: Program,
  options: ExploreOptions,
  reaped: boolean,
): { states: Set<string>; schedules: number } {
  const states = new Set<string>()
  const threads: Record<string, Operation<Shared>[]> = {}
  for (const [t, ops] of program.entries()) threads[`t${t}`] = ops.map(operation)
  const scenario: Scenario<Shared> = {
    name: 'random',
    setup() {
      words.fill(0)
      return { words, bytes }
    },
    threads,
    check(_, end) {
      states.add(`${words.join()} ${describe(end)}`)
    },
    mayThrow: () => true,
    ...(reaped
      ? {
          reaper: operation([
            { op: 'exchange', at: 0, value: 100 },
            { op: 'get', at: 1, value: 0 },
          ]),
        }
      : {}),
  }
  const result = explore(scenario, options)
  assert.is(result.failure, undefined, String(result.failure))
  assert.ok(result.complete)
  return { states, schedules: result.schedules }
}

/** All of an end that a check may tell apart (not where in an operation a kill struck). */
function describe(end: End): string {
  const results = Object.entries(end.results).map(
    ([name, outcomes]) =>
      `${name}: ${outcomes.map((o) => o && (o.threw === undefined ? o.returned : 'threw')).join('; ')}`,
  )
  const killed = end.killed.map(({ thread, operation }) => `${thread}@${operation}`)
  return `${results.sort().join(' | ')} killed ${killed.join()} thrown ${end.thrown.length}`
}

type Ops = readonly Instruction['op'][]

function randomProgram(
  random: (below: number) => number,
  threads: number,
  length: number,
  ops: Ops,
): Program {
  return Array.from({ length: threads }, () =>
    Array.from({ length: 1 + random(2) }, () =>
      Array.from({ length: 1 + random(length) }, () => ({
        op: ops[random(ops.length)],
        at: random(3),
        value: 1 + random(2),
      })),
    ),
  )
}

const sorted = (states: Set<string>): string[] => [...states].sort()

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

const ATOMIC: Ops = ['load', 'store', 'add', 'exchange', 'cas']
const PLAIN: Ops = ['load', 'store', 'cas', 'get', 'set', 'get', 'set']
const DELAYED: Ops = ['load', 'add', 'mark', 'put', 'seen', 'get']

for (const [name, ops] of Object.entries({ ATOMIC, PLAIN, DELAYED })) {
  test(`switches between two threads: ${name.toLowerCase()} steps`, () => {
    const random = numbers(ops.length)
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
  const random = numbers(33)
  for (let n = 0; n < 15; n++)
    compare(randomProgram(random, 3, 2, [...ATOMIC, ...DELAYED]), { preemptions: 1 })
})

test('kills, with a reaper', () => {
  const random = numbers(5)
  for (let n = 0; n < 25; n++) {
    compare(randomProgram(random, 2, 2, [...PLAIN, ...PLAIN, 'mark']), { preemptions: 1, kills: 1 }, true)
  }
})

test('kills of a thread and of its reaper', () => {
  const random = numbers(6)
  for (let n = 0; n < 10; n++) compare(randomProgram(random, 2, 2, PLAIN), { preemptions: 0, kills: 2 }, true)
})

test('throws', () => {
  const random = numbers(7)
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
  const random = numbers(12)
  for (let n = 0; n < 25; n++) {
    const ops: Ops = ['spin', 'rest', 'store', 'add']
    compare(randomProgram(random, 2, 2, ops), { preemptions: 1 + (n % 2) })
  }
})

test('everything at once', () => {
  const random = numbers(11)
  const ops: Ops = [...ATOMIC, ...PLAIN, ...DELAYED, 'wait', 'notify']
  for (let n = 0; n < 40; n++) {
    const program = randomProgram(random, 2, 2, ops).map((thread) => [
      thread[0].map((one) => (one.op === 'wait' ? { ...one, value: 2 } : one)),
    ])
    compare(program, { preemptions: 1, kills: 1, throws: n % 2 }, true)
  }
})

test('waits that time out, and notifies', () => {
  const random = numbers(8)
  const ops: Ops = ['wait', 'wait', 'notify', 'store', 'add']
  for (let n = 0; n < 60; n++) {
    const program = randomProgram(random, 2, 3, ops).map((thread) => [
      thread[0].map((one) => (one.op === 'wait' ? { ...one, value: 2 } : one)),
    ])
    compare(program, { preemptions: 1, kills: n % 2 })
  }
})

test('promises that time out, tasks that wait beside each other, and turns that are taken as one', () => {
  const random = numbers(14)
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
  const random = numbers(9)
  for (let n = 0; n < 20; n++) {
    const program = randomProgram(random, 2, 2, ATOMIC)
    const without = endings(program, { preemptions: 2 }, false)
    const withClocks = endings(program, { preemptions: 2, races: 'mixed' }, false)
    assert.equal(sorted(withClocks.states), sorted(without.states))
  }
})

// ---- an enumeration of its own -------------------------------------------------------------------------------------------

/** The final words of all interleavings of straight-line atomic programs, by plain recursion on copies. */
function enumerate(program: readonly (readonly Instruction[])[]): Set<string> {
  const finals = new Set<string>()
  const go = (memory: readonly number[], at: readonly number[], sums: readonly number[]): void => {
    let moved = false
    for (const [t, instructions] of program.entries()) {
      if (at[t] === instructions.length) continue
      moved = true
      const { op, at: place, value } = instructions[at[t]]
      const next = [...memory]
      const nextSums = [...sums]
      if (op !== 'store') nextSums[t] += memory[place]
      if (op === 'store' || op === 'exchange') next[place] = value + sums[t]
      else if (op === 'add') next[place] += value
      else if (op === 'cas' && memory[place] === 0) next[place] = value
      go(
        next,
        at.map((k, u) => (u === t ? k + 1 : k)),
        nextSums,
      )
    }
    if (!moved) finals.add(`${memory.join()} ${sums.join()}`)
  }
  go(
    [0, 0, 0, 0],
    program.map(() => 0),
    program.map(() => 1),
  )
  return finals
}

test('every final state of an independent enumeration is found, and no other', () => {
  const random = numbers(10)
  for (let n = 0; n < 40; n++) {
    const program = randomProgram(random, 2 + (n % 2), 4 - (n % 2), ATOMIC).map((ops) => [ops[0]])
    const found = new Set<string>()
    for (const ending of endings(program, { preemptions: 20 }, false).states) {
      const sums = [...ending.matchAll(/t\d: ([\d ]*)/g)].map(([, seen]) => seen.trim().split(' ').at(-1))
      found.add(`${ending.split(' ')[0]} ${sums.join()}`)
    }
    assert.equal(sorted(found), sorted(enumerate(program.map(([ops]) => ops))), JSON.stringify(program))
  }
})

test.run()
