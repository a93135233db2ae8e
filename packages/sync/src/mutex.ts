/**
 * Mutual exclusion: one word, the owner in it. See `owned.ts` for the protocol, `thread.ts` for why it outlives its owner.
 *
 * A mutex is held by a thread, not by a task of it: `lockAsync` waits for another task of the same thread, `lock` would
 * wait for ever and throws instead.
 */

import { CannotBlockError, DeadlockError, PermissionError } from './errors.ts'
import { Guard } from './guard.ts'
import { threadOf } from './members.ts'
import { requireTimeout } from './offsets.ts'
import { claim, heal, release } from './owned.ts'
import { Primitive } from './primitive.ts'
import { canBlock, deadline, remaining } from './wait.ts'
import { waitOn } from './wait-async.ts'
import { DIED, isOwnedBy, LOCK, OWNER, WAITERS } from './words.ts'

export class Mutex extends Primitive {
  protected override get kind(): number {
    return LOCK
  }

  /** Id of the thread that holds it, or undefined; of another thread's lock it is out of date when it is read. */
  get owner(): number | undefined {
    const owner = this.thread.words[this.at] & OWNER
    return owner === 0 ? undefined : threadOf(this.thread.members, owner - 1)
  }

  /** Whether the calling thread holds it. */
  get isHeld(): boolean {
    return isOwnedBy(this.thread.words[this.at], this.thread.mine)
  }

  /** For its holder: whether an owner died and nobody has called `consistent` since. */
  get ownerDied(): boolean {
    return (this.thread.words[this.at] & DIED) !== 0
  }

  /**
   * Blocks until the calling thread holds it. Throws DeadlockError if it does already, CannotBlockError where it would
   * have to block and must not, TooManyLocksError.
   */
  lock(): void {
    this.take('lock', Number.POSITIVE_INFINITY)
  }

  /** Releases it and wakes one that waits. Throws PermissionError if the calling thread does not hold it. */
  unlock(): void {
    const { thread, at } = this
    if (!isOwnedBy(thread.words[at], thread.mine))
      throw new PermissionError('unlock', this.offset, this.owner)
    release(thread.words, at, 0, 1)
    thread.leave(this.key)
  }

  /** Takes it if it is free. */
  tryLock(): boolean {
    const { thread, at } = this
    thread.enter(this.key)
    const { words, mine } = thread
    let word = Atomics.compareExchange(words, at, 0, mine)
    if (word === DIED) word = Atomics.compareExchange(words, at, DIED, mine | DIED) === DIED ? 0 : word
    if (word === 0) return true
    thread.leave(this.key)
    return false
  }

  /** As `lock`, for at most `timeout` milliseconds; whether the calling thread holds it. */
  timedLock(timeout: number): boolean {
    requireTimeout('timedLock', timeout)
    return this.take('timedLock', timeout)
  }

  private take(operation: string, timeout: number): boolean {
    const { thread, at, key } = this
    thread.enter(key)
    if (Atomics.compareExchange(thread.words, at, 0, thread.mine) === 0) return true
    let isMine: boolean | undefined
    try {
      isMine = this.await(operation, timeout)
    } finally {
      if (!isMine) {
        // Thrown out of, by a stack overflow too, and perhaps just woken: then another one is.
        if (isMine === undefined) Atomics.notify(thread.words, at, 1)
        thread.leave(key)
      }
    }
    return isMine
  }

  /** The rest of `take`, the entry made: whether the calling thread holds it now. */
  protected await(operation: string, timeout: number): boolean {
    const { thread, at } = this
    const { words, mine } = thread
    if (isOwnedBy(words[at], mine)) throw new DeadlockError(operation, this.offset)
    const end = deadline(timeout)
    let slept = 0
    for (;;) {
      const word = claim(words, at, mine, slept)
      if (word === 0) return true
      if (!canBlock) throw new CannotBlockError(operation, 'lockAsync')
      // Partner: release, handOn.
      if (thread.sleep(at, word, remaining(end)) === 'timed-out') return false
      slept = WAITERS
    }
  }

  /**
   * As `timedLock`, without blocking the thread: also waits for other tasks of the calling thread. Rejects with
   * NoWaitAsyncError where the host cannot, TooManyLocksError.
   */
  async lockAsync(timeout: number = Number.POSITIVE_INFINITY): Promise<boolean> {
    requireTimeout('lockAsync', timeout)
    const { thread, at, key } = this
    const end = deadline(timeout)
    thread.enter(key)
    let isMine: boolean | undefined
    try {
      for (let slept = 0; isMine === undefined; slept = WAITERS) {
        const word = claim(thread.words, at, thread.mine, slept)
        if (word === 0) isMine = true
        else if ((await waitOn(thread, at, word, remaining(end))) === 'timed-out') isMine = false
      }
    } finally {
      if (!isMine) {
        // As in `take`.
        if (isMine === undefined) Atomics.notify(thread.words, at, 1)
        thread.leave(key)
      }
    }
    return isMine
  }

  /** `lock` as a guard: `using held = mutex.acquire()`. Throws as `lock` does. */
  acquire(): Guard {
    const guard = this.guard()
    this.lock()
    // No call from here on: a guard that a stack overflow kept from its owner would never unlock.
    guard.ownerDied = (this.thread.words[this.at] & DIED) !== 0
    return guard
  }

  /** `timedLock` as a guard, or undefined. */
  tryAcquire(timeout = 0): Guard | undefined {
    const guard = this.guard()
    if (!(timeout === 0 ? this.tryLock() : this.timedLock(timeout))) return undefined
    guard.ownerDied = (this.thread.words[this.at] & DIED) !== 0
    return guard
  }

  /** `lockAsync` as a guard: `using held = await mutex.acquireAsync()`. */
  async acquireAsync(): Promise<Guard> {
    const { thread, offset } = this
    const own = new Mutex(thread, offset)
    const guard = new Guard(own)
    await own.lockAsync()
    guard.ownerDied = (thread.words[own.at] & DIED) !== 0
    return guard
  }

  private guard(): Guard {
    return new Guard(new Mutex(this.thread, this.offset))
  }

  /**
   * Says that what it protects is whole again after an owner's death. Until then every owner is told. Throws
   * PermissionError if the calling thread does not hold it.
   */
  consistent(): void {
    if (!this.isHeld) throw new PermissionError('consistent', this.offset, this.owner)
    heal(this.thread.words, this.at)
  }
}
