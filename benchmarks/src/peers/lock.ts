/**
 * The lock that contenders without threads of their own are put behind: Drepper's three-state futex ("Futexes Are
 * Tricky", 2011) on one word of shared memory. Spins a little, then Atomics.wait.
 */

const FREE = 0
const HELD = 1
const CONTENDED = 2
const SPINS = 100

/** Takes the lock at `words[0]`, which is 0 at first; any thread but one that holds it already. */
export function acquire(words: Int32Array): void {
  for (let spin = 0; spin < SPINS; spin++) {
    if (Atomics.compareExchange(words, 0, FREE, HELD) === FREE) return
  }
  while (Atomics.exchange(words, 0, CONTENDED) !== FREE) Atomics.wait(words, 0, CONTENDED)
}

/** Releases it; the thread that holds it. */
export function release(words: Int32Array): void {
  if (Atomics.exchange(words, 0, FREE) === CONTENDED) Atomics.notify(words, 0, 1)
}
