// A reaper gives back what a dead thread owned, and may be killed itself and started again. The broken one puts each
// extent on a list of free ones and then clears the owner: in between the extent is on the list and owned, and the next
// reaper lists it again. The mended one has one truth, the owner's word: an extent is free when nobody owns it.

import type { Scenario } from '../../dist/scenario.js'

const EXTENTS = 3
/** Owner of each extent; then the number of listed extents; then the list. */
const COUNT = EXTENTS
const LIST = EXTENTS + 1
const WORKER = 1

function claim(words: Int32Array, extent: number): void {
  Atomics.compareExchange(words, extent, 0, WORKER)
}

function reapOntoList(words: Int32Array): void {
  for (let e = 0; e < EXTENTS; e++) {
    if (Atomics.load(words, e) !== WORKER) continue
    Atomics.store(words, LIST + Atomics.add(words, COUNT, 1), e)
    Atomics.store(words, e, 0)
  }
}

function reapInPlace(words: Int32Array): void {
  for (let e = 0; e < EXTENTS; e++) Atomics.compareExchange(words, e, WORKER, 0)
}

const scenario = (name: string, reap: (words: Int32Array) => void): Scenario<Int32Array> => ({
  name,
  setup: () => new Int32Array(new SharedArrayBuffer(4 * (LIST + 2 * EXTENTS))),
  threads: { worker: [(words) => claim(words, 0), (words) => claim(words, 2)] },
  reaper: (words) => reap(words),
  check(words, { killed }) {
    const owned = words.subarray(0, EXTENTS).filter((owner) => owner === WORKER).length
    if (killed.length > 0 && owned > 0 && killed.at(-1)?.thread !== `reaper${killed.length}`) {
      throw new Error(`a dead thread owns ${owned} extents`)
    }
    const listed = [...words.subarray(LIST, LIST + words[COUNT])]
    if (new Set(listed).size < listed.length) throw new Error(`an extent is listed twice: ${listed.join()}`)
  },
})

export const broken = scenario('a reaper that lists', reapOntoList)
export const mended = scenario('a reaper that clears', reapInPlace)
