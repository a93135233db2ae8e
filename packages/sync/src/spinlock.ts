/**
 * A mutex that is waited for awake: for sections of well under a microsecond, and for threads that must not sleep (a
 * browser's main thread). The word and all else is the mutex's; `lockAsync` sleeps as a mutex does.
 *
 * A spinning thread hears no events: one that reaps others must not spin for what they hold.
 */

import { DeadlockError } from './errors.ts'
import { Mutex } from './mutex.ts'
import { deadline, remaining } from './wait.ts'
import { DIED, isOwnedBy, OWNER } from './words.ts'

/** Looks at the word between two looks at the clock. */
const LOOKS = 64

export class SpinLock extends Mutex {
  /** As `Mutex.lock`, awake all the time; never throws CannotBlockError. */
  protected override await(operation: string, timeout: number): boolean {
    const { thread, at } = this
    const { words, mine } = thread
    if (isOwnedBy(words[at], mine)) throw new DeadlockError(operation, this.offset)
    const end = deadline(timeout)
    if (thread.tasks > 0) thread.standAside()
    do {
      for (let look = 0; look < LOOKS; look++) {
        const word = Atomics.load(words, at)
        // Partner: release.
        if ((word & OWNER) === 0 && Atomics.compareExchange(words, at, word, mine | (word & DIED)) === word) {
          return true
        }
      }
    } while (remaining(end) > 0)
    return false
  }
}
