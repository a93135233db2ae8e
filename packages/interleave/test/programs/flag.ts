// A freer marks a block and raises the slab's flag; the owner sweeps flagged slabs. The broken owner takes the flag down
// after its sweep, and with it the flag of a block that was marked behind the sweep's back. The mended one takes it down
// first: a mark that comes later raises it again.

import type { Scenario } from '../../dist/scenario.js'

const FLAG = 0
const BLOCKS = [1, 2]
const MARK = 255

function free(words: Int32Array, block: number): void {
  Atomics.store(words, block, MARK)
  Atomics.store(words, FLAG, 1)
}

function sweep(words: Int32Array): number {
  let found = 0
  for (const block of BLOCKS) if (Atomics.compareExchange(words, block, MARK, 0) === MARK) found++
  return found
}

function collectThenClear(words: Int32Array): number {
  if (Atomics.load(words, FLAG) === 0) return 0
  const found = sweep(words)
  Atomics.store(words, FLAG, 0)
  return found
}

function clearThenCollect(words: Int32Array): number {
  return Atomics.exchange(words, FLAG, 0) === 0 ? 0 : sweep(words)
}

const scenario = (name: string, collect: (words: Int32Array) => number): Scenario<Int32Array> => ({
  name,
  setup: () => new Int32Array(new SharedArrayBuffer(12)),
  threads: {
    freer: BLOCKS.map((block) => (words: Int32Array) => {
      free(words, block)
    }),
    owner: (words) => collect(words),
  },
  check(words, { results }) {
    const sum = (results.owner[0]?.returned as number) + collect(words)
    if (sum !== BLOCKS.length) throw new Error(`${BLOCKS.length - sum} blocks are lost`)
  },
})

export const broken = scenario('a flag cleared after the sweep', collectThenClear)
export const mended = scenario('a flag cleared before the sweep', clearThenCollect)
