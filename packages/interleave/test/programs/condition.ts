// A condition variable over a mutex. The broken one sleeps on a word that notifying does not change, as the Condition of
// atomics-sync 1.0.3 did: a notify between `unlock` and `Atomics.wait` wakes nobody, and is lost.

import type { Scenario } from '../../dist/scenario.js'

const LOCK = 0
const SEQUENCE = 1
const READY = 2

/** 0 free, 1 held, 2 held and somebody may wait (Drepper, "Futexes are tricky", mutex 2). */
function lock(words: Int32Array): void {
  if (Atomics.compareExchange(words, LOCK, 0, 1) === 0) return
  while (Atomics.exchange(words, LOCK, 2) !== 0) Atomics.wait(words, LOCK, 2)
}

function unlock(words: Int32Array): void {
  if (Atomics.exchange(words, LOCK, 0) === 2) Atomics.notify(words, LOCK, 1)
}

interface Condition {
  wait(words: Int32Array): void
  notify(words: Int32Array): void
}

const withoutSequence: Condition = {
  wait(words) {
    unlock(words)
    Atomics.wait(words, SEQUENCE, 0)
    lock(words)
  },
  notify(words) {
    Atomics.notify(words, SEQUENCE, 1)
  },
}

const withSequence: Condition = {
  wait(words) {
    const sequence = Atomics.load(words, SEQUENCE)
    unlock(words)
    Atomics.wait(words, SEQUENCE, sequence)
    lock(words)
  },
  notify(words) {
    Atomics.add(words, SEQUENCE, 1)
    Atomics.notify(words, SEQUENCE, 1)
  },
}

const scenario = (name: string, condition: Condition): Scenario<Int32Array> => ({
  name,
  setup: () => new Int32Array(new SharedArrayBuffer(12)),
  threads: {
    consumer: (words) => {
      lock(words)
      while (words[READY] === 0) condition.wait(words)
      words[READY] = 0
      unlock(words)
    },
    producer: (words) => {
      lock(words)
      words[READY] = 1
      unlock(words)
      condition.notify(words)
    },
  },
  check(words) {
    if (words[READY] !== 0 || words[LOCK] !== 0)
      throw new Error(`left ready ${words[READY]}, lock ${words[LOCK]}`)
  },
})

export const broken = scenario('condition without a sequence', withoutSequence)
export const mended = scenario('condition with a sequence', withSequence)
