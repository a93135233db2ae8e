/** tiny-hot-dynamic: tiny-hot with a size that is read from memory for each block, so that nobody knows it beforehand. */

import type { Allocator } from '../peers/allocator.ts'
import { alone } from './alone.ts'
import { type Lane, OWN, SUM } from './board.ts'
import type { Loop, Sizes } from './kind.ts'

const BATCH = 100
/** The size of the blocks. */
const SIZE = OWN

/** Runs whole batches until at least `operations` are done; returns how many were. */
function bind(allocator: Allocator, { words, pointers }: Lane): Loop {
  return (operations) => {
    const heap = allocator
    const bytes = heap.U8
    const blocks = pointers
    const sizes = words
    const cycles = Math.ceil(operations / (2 * BATCH))
    let sum = words[SUM]
    for (let cycle = 0; cycle < cycles; cycle++) {
      for (let i = 0; i < BATCH; i++) {
        const p = heap.malloc(sizes[SIZE])
        bytes[p] = i
        blocks[i] = p
      }
      sum = (sum + bytes[blocks[BATCH - 1]]) | 0
      for (let i = BATCH - 1; i >= 0; i--) heap.free(blocks[i])
    }
    words[SUM] = sum
    return cycles * 2 * BATCH
  }
}

export const tinyHotDynamic = {
  ...alone<Sizes>({
    name: 'tiny-hot-dynamic',
    bind,
    single: false,
    pointersPerLane: () => BATCH,
    live: ({ low }, threads) => ({ blocks: threads * BATCH, bytes: threads * BATCH * low }),
  }),
  prepare: (_: Allocator, lane: Lane, { low }: Sizes) => {
    lane.words[SIZE] = low
  },
}
