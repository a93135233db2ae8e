/**
 * large-churn: replace a random one of 20 blocks of 5 to 25 MiB by another that is all zero, and touch every page of
 * it. The original does it 2000 times.
 */

import type { Allocator } from '../peers/allocator.ts'
import { alone, emptySlots, firstByte } from './alone.ts'
import { type Lane, RANDOM, SUM } from './board.ts'
import { averageSize, type Loop, type Sizes } from './kind.ts'

const SLOTS = 20
const PAGE = 4096

/** Replaces the blocks of `operations` slots. */
function bind(heap: Allocator, { words, pointers: slots }: Lane, { low, units, shift }: Sizes): Loop {
  const bytes = heap.U8
  return (operations) => {
    let random = words[RANDOM]
    let sum = words[SUM]
    for (let i = 0; i < operations; i++) {
      random ^= random << 13
      random ^= random >>> 17
      random ^= random << 5
      const slot = Math.imul(random & 0xffff, SLOTS) >>> 16
      const size = low + ((Math.imul(random >>> 16, units) >>> 16) << shift)
      if (slots[slot] !== 0) heap.free(slots[slot])
      const p = heap.calloc(1, size)
      for (let at = p; at < p + size; at += PAGE) {
        sum = (sum + bytes[at]) | 0
        bytes[at] = 1
      }
      slots[slot] = p
      sum = (sum + Math.imul(slot + 1, size)) | 0
    }
    words[RANDOM] = random
    words[SUM] = sum
    return operations
  }
}

export const largeChurn = alone<Sizes>({
  name: 'large-churn',
  bind,
  single: false,
  fillsBlocks: true,
  empty: emptySlots(firstByte),
  least: 1,
  pointersPerLane: () => SLOTS,
  live: (shape, threads) => ({ blocks: threads * SLOTS, bytes: threads * SLOTS * averageSize(shape) }),
  idle: () => ({ low: 64, units: 1, shift: 0 }),
})
