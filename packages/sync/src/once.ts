/**
 * Something that is done once, by the first thread that comes; the others wait until it is done. One word, which the
 * thread that does it owns meanwhile (`owned.ts`). If it throws, or its thread dies, the next one does it.
 */

import { CannotBlockError, DeadlockError } from './errors.ts'
import { claim, release } from './owned.ts'
import { Primitive } from './primitive.ts'
import { canBlock } from './wait.ts'
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
    const { thread, at, key } = this
    const { words, mine } = thread
    if ((Atomics.load(words, at) & DONE) !== 0) return
    if (isOwnedBy(words[at], mine)) throw new DeadlockError('execute', this.offset)
    thread.enter(key)
    try {
      for (let slept = 0; ; slept = WAITERS) {
        const word = claim(words, at, mine, slept)
        if (word === 0) break
        if ((word & DONE) !== 0) return
        if (!canBlock) throw new CannotBlockError('execute', 'executeAsync')
        // Partner: release, which wakes all; handOn.
        thread.sleep(at, word, Number.POSITIVE_INFINITY)
      }
      let done = 0
      try {
        body((words[at] & DIED) !== 0)
        done = DONE
      } finally {
        release(words, at, done, Number.POSITIVE_INFINITY)
      }
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
