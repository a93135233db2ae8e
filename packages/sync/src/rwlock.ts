/**
 * A reader-writer lock: many readers or one writer. Two words, for any number of threads.
 *
 * Readers are not counted: a count cannot say whose died. A reader's entry in its held list *is* its lock. It writes the
 * entry, then looks at the writer's word; a writer owns the word first, then looks through all held lists for readers. Of
 * two that come at once at least one sees the other (Dekker), and the reader gives way. Readers share no word that
 * they write (the idea of big-reader locks and of BRAVO), and a writer pays for it: it reads a word per member, and 30
 * more of each that reads something (reading all lists of 4 members cost 63 bare lock pairs, this 6: `pnpm bench:sync`).
 *
 *     word 0    the writer, as a mutex; readers and writers that find it owned sleep on it
 *     word 1    number of readers that left while there was a writer: it sleeps on it until all are gone
 *
 * A reader that leaves makes its entry TELL, looks for a writer, and tells it by adding to word 1. The writer reads that
 * number before it looks for readers: one that leaves afterwards has changed it. A writer that waits keeps new readers
 * out, so readers cannot starve it. A dead reader leaves no trace; a dead writer, even one that was still waiting for
 * readers, makes the lock DIED.
 */

import { CannotBlockError, DeadlockError, PermissionError } from './errors.ts'
import { Guard, Reading, Writing } from './guard.ts'
import { threadOf } from './members.ts'
import { requireTimeout } from './offsets.ts'
import { claim, heal, release } from './owned.ts'
import { Primitive } from './primitive.ts'
import { canBlock, deadline, remaining } from './wait.ts'
import { waitOn } from './wait-async.ts'
import { DIED, HELD, isOwnedBy, LOCK, OWNER, READ, TELL, WAITERS } from './words.ts'

const ALL = Number.POSITIVE_INFINITY

export class RWLock extends Primitive {
  static override readonly BYTES: number = 8

  /** None: it has entries of three kinds. */
  protected override get kind(): number {
    return 0
  }

  /** Id of the thread that writes or waits for readers to leave, or undefined. */
  get owner(): number | undefined {
    const owner = this.thread.words[this.at] & OWNER
    return owner === 0 ? undefined : threadOf(this.thread.members, owner - 1)
  }

  /** For a holder: whether a writer died and no writer has called `consistent` since. */
  get ownerDied(): boolean {
    return (this.thread.words[this.at] & DIED) !== 0
  }

  // ---- readers ----------------------------------------------------------------------------------------------------

  /**
   * Blocks until the calling thread may read. It may do so again while it reads. Throws DeadlockError if it writes,
   * CannotBlockError where it would have to block and must not, TooManyLocksError.
   */
  readLock(): void {
    if (!this.tryReadLock()) this.awaitRead('readLock', ALL)
  }

  /** As `readLock`, unless there is a writer, or one that waits. */
  tryReadLock(): boolean {
    return this.enterRead() === 0
  }

  /** As `readLock`, for at most `timeout` milliseconds; whether the calling thread may read. */
  timedReadLock(timeout: number): boolean {
    requireTimeout('timedReadLock', timeout)
    return this.tryReadLock() || this.awaitRead('timedReadLock', timeout)
  }

  private awaitRead(operation: string, timeout: number): boolean {
    const end = deadline(timeout)
    const { thread } = this
    for (;;) {
      const word = this.enterRead()
      if (word === 0) return true
      if (isOwnedBy(word, thread.mine)) throw new DeadlockError(operation, this.key)
      if (!canBlock) throw new CannotBlockError(operation, 'readLockAsync')
      // Partner: writeUnlock, which wakes all; handOn.
      const sleepOn = this.announce(word)
      if (sleepOn !== 0 && thread.sleep(this.at, sleepOn, remaining(end)) === 'timed-out') return false
    }
  }

  /** As `timedReadLock`, without blocking the thread. Rejects with NoWaitAsyncError, TooManyLocksError. */
  async readLockAsync(timeout: number = ALL): Promise<boolean> {
    requireTimeout('readLockAsync', timeout)
    const own = new RWLock(this.thread, this.key)
    const end = deadline(timeout)
    for (;;) {
      const word = own.enterRead()
      if (word === 0) return true
      const sleepOn = own.announce(word)
      if (sleepOn === 0) continue
      if ((await waitOn(own.thread, own.at, sleepOn, remaining(end))) === 'timed-out') return false
    }
  }

  /** Reads from now on: 0. Or the writer's word. */
  private enterRead(): number {
    const { thread, at, key } = this
    const { words } = thread
    if (thread.find(key + READ) !== 0) {
      thread.enter(key + READ)
      return 0
    }
    let word = Atomics.load(words, at)
    if ((word & OWNER) !== 0) return word
    const entry = thread.enter(key + TELL)
    thread.countRead(1)
    // Partner: hasReaders. First the entry becomes the lock, for all to see, then the look for a writer.
    Atomics.store(words, entry, (key + READ) | 0)
    word = Atomics.load(words, at)
    if ((word & OWNER) === 0) return 0
    this.leaveRead(entry)
    return word
  }

  /** Says on the writer's word, which was `word`, that somebody sleeps; the value to sleep on, or 0 if it changed. */
  private announce(word: number): number {
    const next = word | WAITERS
    return next === word || Atomics.compareExchange(this.thread.words, this.at, word, next) === word
      ? next
      : 0
  }

  /** Ends one `readLock`. Throws PermissionError if the calling thread does not read. */
  readUnlock(): void {
    const { thread, key } = this
    const entry = thread.find(key + READ)
    if (entry === 0) throw new PermissionError('readUnlock', key, this.owner)
    if (thread.usesOf(entry) > 1) thread.leave(key + READ)
    else this.leaveRead(entry)
  }

  private leaveRead(entry: number): void {
    const { thread, at, key } = this
    const { words } = thread
    // Partner: hasReaders. First the entry, then the look for a writer; an entry until it has been told.
    Atomics.store(words, entry, (key + TELL) | 0)
    if ((Atomics.load(words, at) & OWNER) !== 0) {
      Atomics.add(words, at + 1, 1)
      Atomics.notify(words, at + 1)
    }
    thread.leave(key + TELL)
    thread.countRead(-1)
  }

  /** `readLock` as a guard. */
  acquireRead(): Guard {
    const guard = new Guard(new Reading(new RWLock(this.thread, this.key)))
    this.readLock()
    guard.ownerDied = (this.thread.words[this.at] & DIED) !== 0
    return guard
  }

  /** `tryReadLock` or `timedReadLock` as a guard, or undefined. */
  tryAcquireRead(timeout = 0): Guard | undefined {
    const guard = new Guard(new Reading(new RWLock(this.thread, this.key)))
    if (!(timeout === 0 ? this.tryReadLock() : this.timedReadLock(timeout))) return undefined
    guard.ownerDied = (this.thread.words[this.at] & DIED) !== 0
    return guard
  }

  /** `readLockAsync` as a guard. */
  async acquireReadAsync(): Promise<Guard> {
    const own = new RWLock(this.thread, this.key)
    const guard = new Guard(new Reading(own))
    await own.readLockAsync()
    guard.ownerDied = (own.thread.words[own.at] & DIED) !== 0
    return guard
  }

  // ---- writers ----------------------------------------------------------------------------------------------------

  /**
   * Blocks until the calling thread alone holds the lock. Throws DeadlockError if it reads or writes already,
   * CannotBlockError where it would have to block and must not, TooManyLocksError.
   */
  writeLock(): void {
    this.awaitWrite('writeLock', ALL)
  }

  /** As `writeLock`, unless another thread holds the lock. */
  tryWriteLock(): boolean {
    return !this.hasReaders() && this.awaitWrite('tryWriteLock', 0)
  }

  /** As `writeLock`, for at most `timeout` milliseconds; whether the calling thread holds the lock. */
  timedWriteLock(timeout: number): boolean {
    requireTimeout('timedWriteLock', timeout)
    return this.awaitWrite('timedWriteLock', timeout)
  }

  private awaitWrite(operation: string, timeout: number): boolean {
    const { thread, at, key } = this
    const { words, mine } = thread
    if (isOwnedBy(words[at], mine) || thread.find(key + READ) !== 0) {
      if (timeout === 0) return false
      throw new DeadlockError(operation, key)
    }
    const end = deadline(timeout)
    thread.enter(key + LOCK)
    let owns = false
    let isDone = false
    try {
      for (let slept = 0; !owns; slept = WAITERS) {
        const word = claim(words, at, mine, slept)
        owns = word === 0
        if (owns) break
        if (timeout === 0) return false
        if (!canBlock) throw new CannotBlockError(operation, 'writeLockAsync')
        // Partner: release, which wakes all; handOn.
        if (thread.sleep(at, word, remaining(end)) === 'timed-out') return false
      }
      for (;;) {
        const left = Atomics.load(words, at + 1)
        isDone = !this.hasReaders()
        if (isDone) return true
        if (timeout === 0) return false
        if (!canBlock) throw new CannotBlockError(operation, 'writeLockAsync')
        // Partner: leaveRead, handOn.
        if (thread.sleep(at + 1, left, remaining(end)) === 'timed-out') return false
      }
    } finally {
      if (!isDone) {
        if (owns) release(words, at, 0, ALL)
        thread.leave(key + LOCK)
      }
    }
  }

  /** As `timedWriteLock`, without blocking the thread. Rejects with NoWaitAsyncError, TooManyLocksError. */
  async writeLockAsync(timeout: number = ALL): Promise<boolean> {
    requireTimeout('writeLockAsync', timeout)
    const own = new RWLock(this.thread, this.key)
    const { thread, at, key } = own
    const { words, mine } = thread
    const end = deadline(timeout)
    thread.enter(key + LOCK)
    let owns = false
    let isDone = false
    try {
      for (let slept = 0; !owns; slept = WAITERS) {
        const word = claim(words, at, mine, slept)
        owns = word === 0
        if (!owns && (await waitOn(thread, at, word, remaining(end))) === 'timed-out') return false
      }
      for (;;) {
        const left = Atomics.load(words, at + 1)
        isDone = !own.hasReaders()
        if (isDone) return true
        if ((await waitOn(thread, at + 1, left, remaining(end))) === 'timed-out') return false
      }
    } finally {
      if (!isDone) {
        if (owns) release(words, at, 0, ALL)
        thread.leave(key + LOCK)
      }
    }
  }

  /** Whether any thread's held list has this lock as one that it reads. Partner: enterRead, leaveRead. */
  private hasReaders(): boolean {
    const { words, held, stride, count } = this.thread.members
    const entry = (this.key + READ) | 0
    for (let member = 0; member < count; member++) {
      const first = held + member * stride
      if (Atomics.load(words, first + HELD) === 0) continue
      for (let at = first; at < first + HELD; at++) if (Atomics.load(words, at) === entry) return true
    }
    return false
  }

  /** Ends `writeLock` and wakes all that wait. Throws PermissionError if the calling thread does not hold the lock. */
  writeUnlock(): void {
    const { thread, at, key } = this
    if (!isOwnedBy(thread.words[at], thread.mine)) throw new PermissionError('writeUnlock', key, this.owner)
    release(thread.words, at, 0, ALL)
    thread.leave(key + LOCK)
  }

  /**
   * By the writer: says that what the lock protects is whole again after a writer's death. Until then every holder is
   * told. Throws PermissionError if the calling thread does not write.
   */
  consistent(): void {
    const { thread, at, key } = this
    if (!isOwnedBy(thread.words[at], thread.mine)) throw new PermissionError('consistent', key, this.owner)
    heal(thread.words, at)
  }

  /** `writeLock` as a guard. */
  acquireWrite(): Guard {
    const guard = new Guard(new Writing(new RWLock(this.thread, this.key)))
    this.writeLock()
    guard.ownerDied = (this.thread.words[this.at] & DIED) !== 0
    return guard
  }

  /** `tryWriteLock` or `timedWriteLock` as a guard, or undefined. */
  tryAcquireWrite(timeout = 0): Guard | undefined {
    const guard = new Guard(new Writing(new RWLock(this.thread, this.key)))
    if (!(timeout === 0 ? this.tryWriteLock() : this.timedWriteLock(timeout))) return undefined
    guard.ownerDied = (this.thread.words[this.at] & DIED) !== 0
    return guard
  }

  /** `writeLockAsync` as a guard. */
  async acquireWriteAsync(): Promise<Guard> {
    const own = new RWLock(this.thread, this.key)
    const guard = new Guard(new Writing(own))
    await own.writeLockAsync()
    guard.ownerDied = (own.thread.words[own.at] & DIED) !== 0
    return guard
  }
}
