/**
 * A counting semaphore: one word, the permits that are left. It has no owner, as POSIX's has none: any thread may post,
 * and what a dead thread took is gone until somebody posts it. But nobody sleeps on beside a permit because of a death:
 * whoever was woken for one, or had counted one and woken nobody, is on a held list, and the others look again.
 */

import { CannotBlockError } from './errors.ts'
import { requireTimeout, requireWhole } from './offsets.ts'
import { Primitive } from './primitive.ts'
import { canBlock, deadline, remaining } from './wait.ts'
import { waitOn } from './wait-async.ts'

/** The most permits. */
const MAX = 2 ** 31 - 1

export class Semaphore extends Primitive {
  /** Permits left at this moment. */
  get value(): number {
    return Atomics.load(this.thread.words, this.at)
  }

  /** Blocks until there is a permit, and takes it. Throws CannotBlockError, TooManyLocksError. */
  wait(): void {
    if (!this.tryWait()) this.await('wait', Number.POSITIVE_INFINITY)
  }

  /** Takes a permit if there is one. */
  tryWait(): boolean {
    const { thread, at } = this
    const { words } = thread
    for (let left = Atomics.load(words, at); left > 0; left = Atomics.load(words, at)) {
      // Partner: post.
      if (Atomics.compareExchange(words, at, left, left - 1) === left) return true
    }
    return false
  }

  /** As `wait`, for at most `timeout` milliseconds; whether a permit was taken. */
  timedWait(timeout: number): boolean {
    requireTimeout('timedWait', timeout)
    return this.tryWait() || this.await('timedWait', timeout)
  }

  private await(operation: string, timeout: number): boolean {
    if (!canBlock) throw new CannotBlockError(operation, 'waitAsync')
    const { thread, at, key } = this
    const end = deadline(timeout)
    thread.enter(key)
    let isDone = false
    try {
      let isTaken = this.tryWait()
      // Partner: post, handOn.
      while (!isTaken && thread.sleep(at, 0, remaining(end)) !== 'timed-out') isTaken = this.tryWait()
      isDone = true
      return isTaken
    } finally {
      // Thrown out of by a stack overflow, and perhaps just woken: then another one is.
      if (!isDone) Atomics.notify(thread.words, at, 1)
      thread.leave(key)
    }
  }

  /** As `timedWait`, without blocking the thread. Rejects with NoWaitAsyncError, TooManyLocksError. */
  async waitAsync(timeout: number = Number.POSITIVE_INFINITY): Promise<boolean> {
    requireTimeout('waitAsync', timeout)
    const { thread, offset } = this
    const own = new Semaphore(thread, offset)
    const end = deadline(timeout)
    thread.enter(own.key)
    let isTaken: boolean | undefined
    try {
      while (isTaken === undefined) {
        if (own.tryWait()) isTaken = true
        else if ((await waitOn(thread, own.at, 0, remaining(end))) === 'timed-out') isTaken = false
      }
    } finally {
      // As in `await`.
      if (isTaken === undefined) Atomics.notify(thread.words, own.at, 1)
      thread.leave(own.key)
    }
    return isTaken
  }

  /** Adds `count` permits and wakes as many. Any thread. Throws InvalidValueError beyond 2^31 - 1 permits. */
  post(count = 1): void {
    const { thread, at, key } = this
    const { words } = thread
    for (;;) {
      const left = Atomics.load(words, at)
      requireWhole('post', 'the count', count, 1, MAX - left)
      thread.enter(key)
      const isAdded = Atomics.compareExchange(words, at, left, left + count) === left
      if (isAdded) Atomics.notify(words, at, count)
      thread.leave(key)
      if (isAdded) return
    }
  }
}
