/**
 * Something that is done once, by the first thread that comes; the others wait until it is done. One word, which the
 * thread that does it owns meanwhile (`owned.ts`). If it throws, or its thread dies, the next one does it.
 */

import { CannotBlockError, DeadlockError } from './errors.ts'
import { requireTimeout } from './offsets.ts'
import { claim, release } from './owned.ts'
import { Primitive } from './primitive.ts'
import { canBlock, deadline, remaining } from './wait.ts'
import { waitOn } from './wait-async.ts'
import { DIED, DONE, isOwnedBy, LOCK, WAITERS } from './words.ts'

export class Once extends Primitive {
  protected override get kind(): number {
    return LOCK
  }

  get isDone(): boolean {
    return (Atomics.load(this.thread.words, this.at) & DONE) !== 0
  }

  /**
   * Runs `body`, unless it has been run; returns when it has. `ownerDied`: a thread died while it ran it, so half of it
   * may be done. Throws what `body` throws, DeadlockError if `body` itself comes back here, CannotBlockError.
   */
  execute(body: (ownerDied: boolean) => void): void {
    this.run('execute', body, Number.POSITIVE_INFINITY)
  }

  /** As `execute`, unless another thread is running it: whether it has been run. */
  tryExecute(body: (ownerDied: boolean) => void): boolean {
    return this.run('tryExecute', body, 0)
  }

  /** As `execute`, but waits for another thread that runs it for at most `timeout` milliseconds: whether it has been run. */
  timedExecute(body: (ownerDied: boolean) => void, timeout: number): boolean {
    requireTimeout('timedExecute', timeout)
    return this.run('timedExecute', body, timeout)
  }

  private run(operation: string, body: (ownerDied: boolean) => void, timeout: number): boolean {
    const { thread, at, key } = this
    const { words, mine } = thread
    if ((Atomics.load(words, at) & DONE) !== 0) return true
    if (isOwnedBy(words[at], mine)) throw new DeadlockError(operation, this.offset)
    const end = deadline(timeout)
    thread.enter(key)
    try {
      for (let slept = 0; ; slept = WAITERS) {
        const word = claim(words, at, mine, slept)
        if (word === 0) break
        if ((word & DONE) !== 0) return true
        if (timeout === 0) return false
        if (!canBlock) throw new CannotBlockError(operation, 'executeAsync')
        // Partner: release, which wakes all; handOn.
        if (thread.sleep(at, word, remaining(end)) === 'timed-out') return false
      }
      let done = 0
      try {
        body((words[at] & DIED) !== 0)
        done = DONE
      } finally {
        release(words, at, done, Number.POSITIVE_INFINITY)
      }
      return true
    } finally {
      thread.leave(key)
    }
  }

  /** As `execute`, without blocking the thread; `body` may be asynchronous. Rejects with what it throws, NoWaitAsyncError. */
  async executeAsync(body: (ownerDied: boolean) => unknown): Promise<void> {
    const { thread, at, key } = this
    const { words, mine } = thread
    thread.enter(key)
    try {
      for (let slept = 0; ; slept = WAITERS) {
        const word = claim(words, at, mine, slept)
        if (word === 0) break
        if ((word & DONE) !== 0) return
        await waitOn(thread, at, word, Number.POSITIVE_INFINITY)
      }
      let done = 0
      try {
        await body((words[at] & DIED) !== 0)
        done = DONE
      } finally {
        release(words, at, done, Number.POSITIVE_INFINITY)
      }
    } finally {
      thread.leave(key)
    }
  }
}
