/**
 * tiny-hot, after hakmem's roadmap: allocate 100 blocks of 32 bytes, write a byte in each, free them in
 * reverse order. The best case of every thread cache: the distance between an allocator and two moves.
 */

import type { Mallocs } from '../peers/allocator.ts'
import { alone } from './alone.ts'
import { type Lane, SUM } from './board.ts'
import type { Loop } from './kind.ts'

const BATCH = 100

/** Runs whole batches until at least `operations` are done; returns how many were. */
export function bind(allocator: Mallocs, { words, pointers }: Lane): Loop {
  return (operations) => {
    const heap = allocator
    const bytes = heap.U8
    const blocks = pointers
    const cycles = Math.ceil(operations / (2 * BATCH))
    let sum = words[SUM]
    for (let cycle = 0; cycle < cycles; cycle++) {
      for (let i = 0; i < BATCH; i++) {
        const p = heap.malloc(32)
        bytes[p] = i
        blocks[i] = p
      }
      sum = (sum + bytes[blocks[BATCH - 1]]) | 0
      for (let i = BATCH - 1; i >= 0; i--) {
        heap.free(blocks[i])
      }
    }
    words[SUM] = sum
    return cycles * 2 * BATCH
  }
}

export const tinyHot = alone({
  name: 'tiny-hot',
  bind,
  single: false,
  pointersPerLane: () => BATCH,
  live: (_, threads) => ({ blocks: threads * BATCH, bytes: threads * BATCH * 32 }),
})
