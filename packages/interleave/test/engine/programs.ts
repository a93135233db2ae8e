// Random programs of a few shared steps, and all the states in which they can end.

import { assert } from '@hakmem/testing'
import { type End, type ExploreOptions, explore, type Operation, type Scenario } from '../../dist/index.js'
import * as $ from '../../dist/runtime.js'

export interface Instruction {
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

export type Program = readonly (readonly (readonly Instruction[])[])[]

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
export function endings(
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

/** What a program is drawn from. */
export type Ops = readonly Instruction['op'][]

export function randomProgram(
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

export const sorted = (states: Set<string>): string[] => [...states].sort()

export const ATOMIC: Ops = ['load', 'store', 'add', 'exchange', 'cas']
export const PLAIN: Ops = ['load', 'store', 'cas', 'get', 'set', 'get', 'set']
export const DELAYED: Ops = ['load', 'add', 'mark', 'put', 'seen', 'get']
