/** What `acquire` gives: `using held = mutex.acquire()` releases at the end of the block, whatever is thrown in it. */

/** A hold on a lock. Disposing of it, or `unlock`, releases the lock, once. For the thread that acquired it. */
export class Guard {
  /** An owner died in the lock, and what it protects may be half changed: repair it, then call `consistent`. */
  readonly ownerDied: boolean
  private hold: Hold | undefined

  /** @internal */
  constructor(hold: Hold, ownerDied: boolean) {
    this.hold = hold
    this.ownerDied = ownerDied
  }

  /** Says that what the lock protects is whole again. Until then every owner is told that one died. */
  consistent(): void {
    this.hold?.consistent()
  }

  unlock(): void {
    const hold = this.hold
    this.hold = undefined
    hold?.unlock()
  }

  [Symbol.dispose](): void {
    this.unlock()
  }
}

/** @internal */
export interface Hold {
  unlock(): void
  consistent(): void
}
