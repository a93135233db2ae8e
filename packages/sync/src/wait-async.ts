/** Waiting without blocking the thread. */

import { NoWaitAsyncError } from './errors.ts'

/**
 * What Atomics.wait does, as a promise; any thread. Throws NoWaitAsyncError where the host has none.
 * Partner: whoever changes the word and notifies it.
 */
export async function waitOn(
  words: Int32Array,
  at: number,
  value: number,
  timeout: number,
): Promise<'ok' | 'not-equal' | 'timed-out'> {
  if (typeof Atomics.waitAsync !== 'function') throw new NoWaitAsyncError()
  return Atomics.waitAsync(words, at, value, timeout).value
}
