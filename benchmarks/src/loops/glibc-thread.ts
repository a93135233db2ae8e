/**
 * glibc-thread, after the C library's benchmark of several threads, described, not copied: free the block in a random
 * one of 1024 slots, allocate another in its place, write all of it. Sizes are 4..32768 bytes, as probable as one over
 * their square, so that each doubling of the size takes the same share of the bytes.
 */

import type { Allocator } from '../peers/allocator.ts'
import { alone, emptySlots, firstWord } from './alone.ts'
import { type Lane, RANDOM, SUM } from './board.ts'
import { bindFill } from './fill.ts'
import type { Loop, Sizes } from './kind.ts'

const SLOTS = 1024
/** One over the size is uniform: `2^27 / d` with d uniform in 2^12 .. 2^25, which needs no logarithm. */
const OVER = 2 ** 27

/** Replaces the blocks of `operations` slots. */
function bind(heap: Allocator, { words, pointers: slots }: Lane): Loop {
  const fill = bindFill(heap)
  return (operations) => {
    let random = words[RANDOM]
    let sum = words[SUM]
    for (let i = 0; i < operations; i++) {
      random ^= random << 13
      random ^= random >>> 17
      random ^= random << 5
      const slot = random & (SLOTS - 1)
      const held = slots[slot]
      if (held !== 0) heap.free(held)
      const size = (OVER / (4096 + (random >>> 7) - (random >>> 20))) | 0
      const p = heap.malloc(size)
      fill(p, size, random)
      slots[slot] = p
      sum = (sum + Math.imul(slot + 1, size)) | 0
    }
    words[RANDOM] = random
    words[SUM] = sum
    return operations
  }
}

export const glibcThread = alone<Sizes>({
  name: 'glibc-thread',
  bind,
  single: true,
  fillsBlocks: true,
  empty: emptySlots(firstWord),
  pointersPerLane: () => SLOTS,
  live: (_, threads) => ({ blocks: threads * SLOTS, bytes: threads * SLOTS * 4 * Math.log(32_768 / 4) }),
})
