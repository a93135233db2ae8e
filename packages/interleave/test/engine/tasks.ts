// Async functions written by hand, as tasks.

import type { Operation } from '../../dist/index.js'
import * as $ from '../../dist/runtime.js'
import type { Body, Steps, Words } from './threads.ts'

/** An async function. */
export const async =
  (body: Body): Operation<Words> =>
  (words) =>
    $.task(body, undefined, [words])
/** A call of one in another one: its promise. */
export const call = (words: Words, body: Body) => $.task(body, undefined, [words]) as Steps<unknown>

export const awaiting = (value: unknown) => $.awaiting('await', value)
/** `await Atomics.waitAsync(..).value` */
export function* later(words: Words, at: number, value: number, timeout?: number): Steps<unknown> {
  const { value: promise } = yield* begin(words, at, value, timeout)
  return yield awaiting(promise)
}

/** `Atomics.waitAsync(..)` */
export function* begin(words: Words, at: number, value: number, timeout?: number): Steps<Answer> {
  return (yield $.atomic('waitAsync', `waitAsync ${at}`, words, at, value, timeout)) as unknown as Answer
}

interface Answer {
  readonly async: boolean
  readonly value: unknown
}
