// Threads written by hand, as generators like those that the rewriting makes, and what the tests of the engine ask of them.

import { assert } from '@hakmem/testing'
import { type End, type ExploreOptions, explore, type Scenario } from '../../dist/index.js'
import * as $ from '../../dist/runtime.js'

export type Words = Int32Array
export type Body = (words: Words) => Generator<unknown, unknown, number>
export type Steps<R = void> = Generator<unknown, R, number>
export type Parts = Partial<Scenario<Words>> & Pick<Scenario<Words>, 'threads'>

export const fresh = (): Words => new Int32Array(new SharedArrayBuffer(32))

export const scenario = (parts: Parts): Scenario<Words> => ({
  name: 'test',
  setup: fresh,
  check() {},
  ...parts,
})

export const load = (words: Words, at: number) => $.atomic('load', `load ${at}`, words, at)
export const store = (words: Words, at: number, value: number) =>
  $.atomic('store', `store ${at}`, words, at, value)
export const add = (words: Words, at: number, value: number) => $.atomic('add', `add ${at}`, words, at, value)
export const mark = (words: Words, at: number, value: number) =>
  $.plain('store', 'release', `mark ${at}`, words, at, value)
export const seen = (words: Words, at: number) => $.plain('load', 'acquire', `seen ${at}`, words, at)
export const wait = (words: Words, at: number, value: number, timeout?: number) =>
  $.atomic('wait', `wait ${at}`, words, at, value, timeout)
export const notify = (words: Words, at: number, count?: number) =>
  $.atomic('notify', `notify ${at}`, words, at, count)
export const here = function* (): Generator<unknown, void, number> {
  if (--$.points.left === 0) yield $.point('here')
}

/** Everything that `tell` says at the end of any schedule. */
export function all(
  parts: Parts,
  options: ExploreOptions,
  tell: (words: Words, end: End) => string,
): string[] {
  const told = new Set<string>()
  const result = explore(
    scenario({
      ...parts,
      check(words, end) {
        told.add(tell(words, end))
      },
    }),
    options,
  )
  assert.is(result.failure, undefined, String(result.failure))
  assert.ok(result.complete)
  return [...told].sort()
}

export const codeOf = (error: unknown): string | undefined => (error as { code?: string } | undefined)?.code

export const messageOf = (error: unknown): string => (error as Error | undefined)?.message ?? ''

export const returned = (end: End, thread: string): unknown => end.results[thread][0]?.returned

export const increment: Body = function* (words) {
  const value = yield load(words, 0)
  yield store(words, 0, value + 1)
}

export const lostUpdate = scenario({
  name: 'lost update',
  threads: { a: increment, b: increment },
  check(words) {
    if (words[0] !== 2) throw new Error(`${words[0]} of 2 updates`)
  },
})

/** Writes 1, 2, 3 to word 0: by a step, plainly behind a local point, and by a step. */
export const three: Body = function* (words) {
  yield store(words, 0, 1)
  yield* here()
  yield* here()
  $.set(words, 0, 2)
  yield* here()
  yield* here()
  yield store(words, 0, 3)
}

export const racing = (between: 'nothing' | 'atomics' | 'release' | 'unordered'): Parts => ({
  threads: {
    a: function* (words) {
      $.set(words, 0, 1, 'write')
      if (between === 'atomics') yield store(words, 1, 1)
      else if (between !== 'nothing') yield $.plain('store', between, 'publish', words, 1, 1)
    },
    b: function* (words): Steps<unknown> {
      if (between === 'nothing' || (yield between === 'atomics' ? load(words, 1) : seen(words, 1)) === 1) {
        return $.get(words, 0, 'read')
      }
      return 0
    },
  },
})
