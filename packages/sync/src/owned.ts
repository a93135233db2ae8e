/**
 * The word that names its owner: the protocol of Mutex, SpinLock, RWLock's writer and Once.
 *
 * It is the mutex of Drepper's "Futexes Are Tricky" with the owner in the word, as in robust futexes: free to owned by
 * one swap; a thread that finds it owned sets WAITERS and sleeps on exactly that value; whoever releases what has
 * WAITERS wakes, and whoever takes it after having slept sets WAITERS again, because others may sleep still. A
 * waiter that gives up has always found WAITERS set, or set it, after it was last woken: so the next release wakes
 * whom that wake was not for.
 */

import { DIED, DONE, OWNER, WAITERS } from './words.ts'

/** Takes the word: 0. Or the value, with WAITERS or DONE, that it has instead: to sleep on. `slept`: WAITERS, or 0. */
export function claim(words: Int32Array, at: number, mine: number, slept: number): number {
  for (;;) {
    const word = Atomics.load(words, at)
    if ((word & DONE) !== 0) return word
    if ((word & OWNER) === 0) {
      // Partner: release. What the last owner wrote is seen from here on.
      if (Atomics.compareExchange(words, at, word, mine | slept | (word & DIED)) === word) return 0
    } else if ((word & WAITERS) !== 0 || Atomics.compareExchange(words, at, word, word | WAITERS) === word) {
      return word | WAITERS
    }
  }
}

/**
 * Frees the word, which the caller owns, and wakes `count` sleepers if there may be some. `done`: DONE, for good; or 0,
 * and then it stays DIED if it is. Partner: claim.
 */
export function release(words: Int32Array, at: number, done: number, count: number): void {
  // One swap, for to a word that is owned others add WAITERS and nothing else.
  const word = Atomics.exchange(words, at, done === 0 ? words[at] & DIED : done)
  if ((word & WAITERS) !== 0) Atomics.notify(words, at, count)
}

/** Takes the mark away that an owner died. By the owner only. */
export function heal(words: Int32Array, at: number): void {
  Atomics.and(words, at, ~DIED)
}
