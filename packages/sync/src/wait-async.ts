/** Waiting without blocking the thread. */

import { NoWaitAsyncError } from './errors.ts'
import type { SyncThread } from './thread.ts'

/** Throws NoWaitAsyncError where the host has no Atomics.waitAsync. */
export function requireWaitAsync(): void {
  if (typeof Atomics.waitAsync !== 'function') throw new NoWaitAsyncError()
}

/**
 * What Atomics.wait does, as a promise; `thread` is the calling one. Throws NoWaitAsyncError.
 * Partner: whoever changes the word and notifies it; `SyncThread.sleep`.
 */
export async function waitOn(
  thread: SyncThread,
  at: number,
  value: number,
  timeout: number,
): Promise<'ok' | 'not-equal' | 'timed-out'> {
  requireWaitAsync()
  thread.tasks++
  try {
    return await Atomics.waitAsync(thread.words, at, value, timeout).value
  } finally {
    thread.tasks--
  }
}
