/**
 * Something that is done once, by the first thread that comes; the others wait until it is done. One word, which the
 * thread that does it owns meanwhile (`owned.ts`). If it throws, or its thread dies, the next one does it.
 */

import { CannotBlockError, DeadlockError } from './errors.ts'
import { wordAt } from './offsets.ts'
import { claim, release } from './owned.ts'
import type { SyncThread } from './thread.ts'
import { canBlock } from './wait.ts'
import { waitOn } from './wait-async.ts'
import { DIED, DONE, isOwnedBy, LOCK, WAITERS } from './words.ts'

export class Once {
  /** Bytes that it takes, at a multiple of 4; all zero is not done yet. */
  static readonly BYTES: number = 4
  private readonly thread: SyncThread
  private at: number
  private key: number

  /** A view of the once at byte offset `offset`, for the calling thread. Throws InvalidValueError. */
  constructor(thread: SyncThread, offset: number) {
    this.thread = thread
    this.at = wordAt(thread.words, 'Once', offset, Once.BYTES)
    this.key = offset + LOCK
  }

  /** Where it lies, in bytes. */
  get offset(): number {
    return this.key - LOCK
  }

  /** Makes this the view of another once. Throws InvalidValueError. */
  moveTo(offset: number): this {
    this.at = wordAt(this.thread.words, 'moveTo', offset, Once.BYTES)
    this.key = offset + LOCK
    return this
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
    for (let slept = 0; ; slept = WAITERS) {
      const word = claim(words, at, mine, slept)
      if (word === 0) break
      if ((word & DONE) !== 0) {
        thread.leave(key)
        return
      }
      if (!canBlock) {
        thread.leave(key)
        throw new CannotBlockError('execute', 'executeAsync')
      }
      // Partner: end, handOn.
      Atomics.wait(words, at, word)
    }
    let done = 0
    try {
      body((words[at] & DIED) !== 0)
      done = DONE
    } finally {
      release(words, at, done, Number.POSITIVE_INFINITY)
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
        await waitOn(words, at, word, Number.POSITIVE_INFINITY)
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
