/**
 * calloc: toggle a random one of 256 slots; what is allocated must be zero, which is looked at in nine places. Then
 * these are written to, so that memory comes back dirty. Of 16 blocks twelve are small (16..1039 bytes), three are
 * mid-sized (1..33 KiB) and one is large (64..320 KiB).
 */

import type { Allocator } from '../peers/allocator.ts'
import { alone, emptySlots, firstByte } from './alone.ts'
import { type Lane, RANDOM, SUM } from './board.ts'
import type { Loop, Sizes } from './kind.ts'

const SLOTS = 256
const SMALL = 12
const MID = 15
/** Places looked at besides the last byte. */
const PLACES = 8

/** Toggles `operations` times: each is one calloc or one free. */
function bind(heap: Allocator, { words, pointers: slots }: Lane): Loop {
  const bytes = heap.U8
  return (operations) => {
    let random = words[RANDOM]
    let sum = words[SUM]
    let dirt = 0
    for (let i = 0; i < operations; i++) {
      random ^= random << 13
      random ^= random >>> 17
      random ^= random << 5
      const slot = random & (SLOTS - 1)
      const held = slots[slot]
      if (held !== 0) {
        heap.free(held)
        slots[slot] = 0
        continue
      }
      const size = sizeFrom(random)
      const p = heap.calloc(1, size)
      const gap = size >>> 3
      for (let place = 0; place < PLACES; place++) {
        dirt |= bytes[p + place * gap]
        bytes[p + place * gap] = 255
      }
      dirt |= bytes[p + size - 1]
      bytes[p + size - 1] = 255
      slots[slot] = p
      sum = (sum + Math.imul(slot + 1, size)) | 0
    }
    if (dirt !== 0) throw new Error('calloc gave a block that is not all zero')
    words[RANDOM] = random
    words[SUM] = sum
    return operations
  }
}

function sizeFrom(random: number): number {
  const kind = (random >>> 8) & 15
  const part = random >>> 16
  if (kind < SMALL) return 16 + (part >>> 6)
  return kind < MID ? 1024 + (part >>> 1) : 65_536 + (part << 2)
}

export const calloc = alone<Sizes>({
  name: 'calloc',
  bind,
  single: true,
  fillsBlocks: true,
  empty: emptySlots(firstByte),
  pointersPerLane: () => SLOTS,
  live: (_, threads) => {
    const blocks = (threads * SLOTS) / 2
    return { blocks, bytes: (blocks * (12 * 527 + 3 * 17_408 + 196_608)) / 16 }
  },
})
