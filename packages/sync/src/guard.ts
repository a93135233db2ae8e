/** What `acquire` gives: `using held = mutex.acquire()` releases at the end of the block, whatever is thrown in it. */

import type { RWLock } from './rwlock.ts'

/** A hold on a lock. Disposing of it, or `unlock`, releases the lock, once. For the thread that acquired it. */
export class Guard {
  /** An owner died in the lock, and what it protects may be half changed: repair it, then call `consistent`. */
  ownerDied = false
  private hold: Hold | undefined

  /** @internal Made before the lock is taken: after that nothing may be thrown. */
  constructor(hold: Hold) {
    this.hold = hold
  }

  /** Says that what the lock protects is whole again. Until then every owner is told that one died. */
  consistent(): void {
    this.hold?.consistent()
  }

  unlock(): void {
    this.hold?.unlock()
    // Behind it: what a stack overflow kept from unlocking can be called again.
    this.hold = undefined
  }

  [Symbol.dispose](): void {
    this.unlock()
  }
}

/** @internal */
interface Hold {
  unlock(): void
  consistent(): void
}

/** @internal A hold on a reader-writer lock, to read. */
export class Reading implements Hold {
  private readonly lock: RWLock
  constructor(lock: RWLock) {
    this.lock = lock
  }
  unlock(): void {
    this.lock.readUnlock()
  }
  consistent(): void {
    this.lock.consistent()
  }
}

/** @internal A hold on a reader-writer lock, to write. */
export class Writing implements Hold {
  private readonly lock: RWLock
  constructor(lock: RWLock) {
    this.lock = lock
  }
  unlock(): void {
    this.lock.writeUnlock()
  }
  consistent(): void {
    this.lock.consistent()
  }
}
