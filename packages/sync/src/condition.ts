/**
 * A condition variable: one word, the number of signals so far.
 *
 * A waiter reads the number while it still holds the mutex, lets the mutex go, and sleeps only if the number is still
 * that one: a signal between the two cannot be lost. (atomics-sync slept on a word that did not change, and lost it.)
 *
 * The death of a thread that waits or signals wakes all waiters, because it may have been given a signal and not used
 * it, or have counted one and woken nobody. As everywhere, a wait may end without a signal: wait in a loop that looks at
 * what is waited for.
 */

import { CannotBlockError, PermissionError } from './errors.ts'
import { Mutex } from './mutex.ts'
import { requireTimeout } from './offsets.ts'
import { Primitive } from './primitive.ts'
import { canBlock, deadline, remaining } from './wait.ts'
import { requireWaitAsync, waitOn } from './wait-async.ts'

export class Condition extends Primitive {
  /**
   * Releases `mutex`, which the calling thread holds, sleeps until signalled (or, at times, without), and holds `mutex`
   * again: look at `mutex.ownerDied`. Throws PermissionError, CannotBlockError, TooManyLocksError, the mutex held. (After a
   * stack overflow it may be held or not: `mutex.isHeld`.)
   */
  wait(mutex: Mutex): void {
    this.await('wait', mutex, Number.POSITIVE_INFINITY)
  }

  /** As `wait`, for at most `timeout` milliseconds and the time to lock the mutex again; false if that time was over. */
  timedWait(mutex: Mutex, timeout: number): boolean {
    return this.await('timedWait', mutex, timeout)
  }

  private await(operation: string, mutex: Mutex, timeout: number): boolean {
    if (!canBlock) throw new CannotBlockError(operation, 'waitAsync')
    const { thread, at, key } = this
    const end = deadline(timeout)
    const signals = this.begin(operation, mutex, timeout)
    let isDone = false
    try {
      mutex.unlock()
      // Partner: signal, broadcast, handOn.
      const result = thread.sleep(at, signals, remaining(end))
      mutex.lock()
      isDone = true
      return result !== 'timed-out'
    } finally {
      // Thrown out of by a stack overflow, and perhaps just woken: then another one is.
      if (!isDone) Atomics.notify(thread.words, at, 1)
      thread.leave(key)
    }
  }

  /** As `timedWait`, without blocking the thread. Rejects with PermissionError, NoWaitAsyncError, the mutex held. */
  async waitAsync(mutex: Mutex, timeout: number = Number.POSITIVE_INFINITY): Promise<boolean> {
    requireWaitAsync()
    const { thread, at, key } = this
    // The caller's view may be another mutex's by the time.
    const own = new Mutex(thread, mutex.offset)
    const signals = this.begin('waitAsync', own, timeout)
    let isDone = false
    try {
      const waiting = waitOn(thread, at, signals, timeout)
      own.unlock()
      const result = await waiting
      await own.lockAsync()
      isDone = true
      return result !== 'timed-out'
    } finally {
      // As in `await`.
      if (!isDone) Atomics.notify(thread.words, at, 1)
      thread.leave(key)
    }
  }

  /** The number of signals up to which the calling thread has looked. */
  private begin(operation: string, mutex: Mutex, timeout: number): number {
    requireTimeout(operation, timeout)
    if (!mutex.isHeld) throw new PermissionError(operation, mutex.offset, mutex.owner)
    this.thread.enter(this.key)
    return Atomics.load(this.thread.words, this.at)
  }

  /** Wakes one thread that waits, the one that has waited longest, if there is one. Any thread. */
  signal(): void {
    this.wake(1)
  }

  /** Wakes all that wait. Any thread. */
  broadcast(): void {
    this.wake(Number.POSITIVE_INFINITY)
  }

  private wake(count: number): void {
    const { thread, at, key } = this
    thread.enter(key)
    // Partner: whoever has read the number and does not sleep yet.
    Atomics.add(thread.words, at, 1)
    Atomics.notify(thread.words, at, count)
    thread.leave(key)
  }
}
