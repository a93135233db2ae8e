// Records that threads claim. The broken claim looks and then writes; the mended one does both in one step.

import type { Scenario } from '../../dist/scenario.js'

const RECORDS = 2

function claimInTwo(words: Int32Array, me: number): number {
  for (let r = 0; r < RECORDS; r++) {
    if (Atomics.load(words, r) === 0) {
      Atomics.store(words, r, me)
      return r
    }
  }
  return -1
}

function claimInOne(words: Int32Array, me: number): number {
  for (let r = 0; r < RECORDS; r++) if (Atomics.compareExchange(words, r, 0, me) === 0) return r
  return -1
}

const scenario = (name: string, claim: (words: Int32Array, me: number) => number): Scenario<Int32Array> => ({
  name,
  setup: () => new Int32Array(new SharedArrayBuffer(4 * RECORDS)),
  threads: { one: (words) => claim(words, 1), two: (words) => claim(words, 2) },
  check(words, { results }) {
    for (const [k, name] of ['one', 'two'].entries()) {
      const record = results[name][0]?.returned as number
      if (words[record] !== k + 1) throw new Error(`record ${record} of ${name} is held by ${words[record]}`)
    }
  },
})

export const broken = scenario('a claim in two steps', claimInTwo)
export const mended = scenario('a claim in one step', claimInOne)
