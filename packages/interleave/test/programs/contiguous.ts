// Claims of adjacent extents: each is taken tentatively, all are given back when one is not to be had, and the claim is
// tried again, but not for ever. Of two claimers that come from both ends each can find the other's, every time, and both
// give up although there is room for one. When all claim upwards, whoever holds the lowest extent goes on.

import type { Scenario } from '../../dist/scenario.js'

const EXTENTS = 3
const TRIES = 2

function claim(words: Int32Array, me: number, upwards: boolean): boolean {
  for (let tries = 0; tries < TRIES; tries++) {
    let taken = 0
    while (taken < EXTENTS) {
      const extent = upwards ? taken : EXTENTS - 1 - taken
      if (Atomics.compareExchange(words, extent, 0, me) !== 0) break
      taken++
    }
    if (taken === EXTENTS) return true
    while (taken > 0) {
      taken--
      Atomics.store(words, upwards ? taken : EXTENTS - 1 - taken, 0)
    }
  }
  return false
}

const scenario = (name: string, secondUpwards: boolean): Scenario<Int32Array> => ({
  name,
  setup: () => new Int32Array(new SharedArrayBuffer(4 * EXTENTS)),
  threads: { one: (words) => claim(words, 1, true), two: (words) => claim(words, 2, secondUpwards) },
  check(words, { results }) {
    const won = ['one', 'two'].filter((name) => results[name][0]?.returned === true)
    if (won.length !== 1) throw new Error(`${won.length} of two claims came through`)
    const owner = won[0] === 'one' ? 1 : 2
    if (words.some((word) => word !== owner)) throw new Error(`the winner ${owner} holds ${words.join()}`)
  },
})

export const broken = scenario('claims in both directions', false)
export const mended = scenario('claims in one direction', true)
