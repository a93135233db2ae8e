/**
 * What the collections are built from: a mutex with a bell. Two words: the mutex, and a number on which others sleep until
 * whoever comes out of the mutex has something for them.
 *
 *     bell    odd: somebody may sleep on it, or is about to; it grows with every ring
 *
 * `listen` makes it odd, then the caller looks whether there is something, then it sleeps on exactly that number. `ring`
 * makes it even and wakes one; if one was woken, others may sleep still, so it becomes odd again. Only the mutex's owner
 * rings, so nobody else brings anything while it is even and some sleep.
 *
 * A death: what the mutex protects must be whole at every step (commit by one store), so the next owner is told nothing.
 * The owner rings before it leaves the mutex, and if it dies, all that sleep are woken (kind TELL of `words.ts`); so they
 * are if one dies that may have been woken and not have looked.
 */

import { Mutex } from './mutex.ts'
import { waitOn } from './wait-async.ts'
import { isOwnedBy, TELL, TOLD, WAKE } from './words.ts'

/** @internal Its owner is not told of deaths; no guards. */
export class Gate extends Mutex {
  static override readonly BYTES: number = 8

  protected override get kind(): number {
    return TELL
  }

  /**
   * As `Mutex.lock`; but found held by the calling thread itself, it is held: the last operation was thrown out of (a caught
   * stack overflow), and what it protects is whole.
   */
  protected override await(operation: string, timeout: number): boolean {
    const { thread, at, key } = this
    if (!isOwnedBy(thread.words[at], thread.mine)) return super.await(operation, timeout)
    thread.leave(key)
    return true
  }

  /** To call before the first `listen`: a wake that the calling thread takes along when it dies is given to all. */
  join(): void {
    this.thread.enter(this.offset + 4 + WAKE)
  }

  /** To call when the caller has looked for the last time. */
  leave(): void {
    this.thread.leave(this.offset + 4 + WAKE)
  }

  /** Says that the caller is about to sleep: the number to sleep on, if it then finds nothing. */
  listen(): number {
    const { words } = this.thread
    const at = this.at + 1
    for (;;) {
      const bell = Atomics.load(words, at)
      // Partner: ring.
      if ((bell & 1) !== 0 || Atomics.compareExchange(words, at, bell, bell | 1) === bell) return bell | 1
    }
  }

  /** Sleeps until the bell is no longer `bell`, or has been rung, or the time is over: then false. */
  sleep(bell: number, timeout: number): boolean {
    // Partner: ring, handOn.
    return this.thread.sleep(this.at + 1, bell, timeout) !== 'timed-out'
  }

  /** As `sleep`, without blocking the thread. Rejects with NoWaitAsyncError. */
  async sleepAsync(bell: number, timeout: number): Promise<boolean> {
    return (await waitOn(this.thread, this.at + 1, bell, timeout)) !== 'timed-out'
  }

  /** Wakes one that sleeps, if one does. By the owner, for what it has just brought. */
  ring(): void {
    const { words } = this.thread
    const at = this.at + 1
    for (;;) {
      const bell = Atomics.load(words, at)
      if ((bell & 1) === 0) return
      // Partner: listen. Whoever is about to sleep on the old number does not, and looks again.
      if (Atomics.compareExchange(words, at, bell, bell + 1) !== bell) continue
      if (Atomics.notify(words, at, 1) > 0) Atomics.or(words, at, 1)
      return
    }
  }

  /** Wakes all. By the owner. */
  ringAll(): void {
    Atomics.add(this.thread.words, this.at + 1, TOLD)
    Atomics.notify(this.thread.words, this.at + 1)
  }
}
