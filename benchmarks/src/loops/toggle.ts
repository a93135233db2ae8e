/**
 * random-mixed and mid-large-mt, after hakmem's roadmap: pick a slot at random; free what it holds, or
 * allocate a block of random size into it and write its first byte. Half the slots are occupied on average.
 *
 * The slot comes from the low bits of one xorshift32 number, the size from its high half by a multiplication
 * (a division would cost as much as the allocation). The first bytes are read back where a fixed run ends.
 */

import type { Mallocs } from '../peers/allocator.ts'
import { alone, emptySlots, firstByte } from './alone.ts'
import { type Lane, RANDOM, SUM } from './board.ts'
import { averageSize, type Loop, type Sizes } from './kind.ts'

export type ToggleShape = Sizes & {
  /** Slots of each thread, a power of two. */
  readonly slots: number
}

/** Toggles `operations` times: each is one malloc or one free. */
export function bind(heap: Mallocs, lane: Lane, shape: ToggleShape): Loop {
  const bytes = heap.U8
  const { words, pointers: slots } = lane
  const { low, units, shift } = shape
  const mask = shape.slots - 1
  return (operations) => {
    let random = words[RANDOM]
    let sum = words[SUM]
    for (let i = 0; i < operations; i++) {
      random ^= random << 13
      random ^= random >>> 17
      random ^= random << 5
      const slot = random & mask
      const held = slots[slot]
      if (held !== 0) {
        heap.free(held)
        slots[slot] = 0
      } else {
        const size = low + ((Math.imul(random >>> 16, units) >>> 16) << shift)
        const p = heap.malloc(size)
        bytes[p] = random
        slots[slot] = p
        sum = (sum + Math.imul(slot + 1, size)) | 0
      }
    }
    words[RANDOM] = random
    words[SUM] = sum
    return operations
  }
}

export const toggle = alone<ToggleShape>({
  name: 'toggle',
  bind,
  single: true,
  empty: emptySlots(firstByte),
  pointersPerLane: ({ slots }) => slots,
  live: (shape, threads) => {
    const blocks = (threads * shape.slots) / 2
    return { blocks, bytes: blocks * averageSize(shape) }
  },
  idle: () => ({ slots: 64, low: 16, units: 1, shift: 0 }),
})
