/**
 * realloc-vectors: 24 vectors grow at the same time, a random one at each step, by realloc: a third of them to the
 * double, a third by a half, a third by 512 bytes. One that has reached its most (256 KiB, or 32 KiB for the steps of 512
 * bytes) is freed and begins anew with 16 bytes. Of a vector only the ends are written: what counts are the calls,
 * and the copies that they make.
 */

import type { Allocator } from '../peers/allocator.ts'
import { alone, emptySlots, firstWord } from './alone.ts'
import { type Lane, RANDOM, SUM } from './board.ts'
import type { Loop, Sizes } from './kind.ts'

const VECTORS = 24
const LEAST = 16
const MOST = 2 ** 18
const STEP = 512
const MOST_BY_STEPS = 2 ** 15

/** Grows vectors `operations` times: one realloc each, or the malloc or the free that a vector begins and ends with. */
function bind(heap: Allocator, { words, pointers: vectors }: Lane): Loop {
  const { U32 } = heap
  return (operations) => {
    let random = words[RANDOM]
    let sum = words[SUM]
    for (let i = 0; i < operations; i++) {
      random ^= random << 13
      random ^= random >>> 17
      random ^= random << 5
      const vector = Math.imul(random & 0xffff, VECTORS) >>> 16
      const old = vectors[vector]
      // A vector begins with its size in bytes and ends with its number.
      const size = old === 0 ? 0 : U32[old >>> 2]
      const grown = grow(vector % 3, size)
      if (grown === 0) {
        heap.free(old)
        vectors[vector] = 0
        continue
      }
      const p = size === 0 ? heap.malloc(grown) : heap.realloc(old, grown)
      if (size !== 0) sum = (sum + Math.imul(U32[p >>> 2], U32[((p + size) >>> 2) - 1])) | 0
      U32[p >>> 2] = grown
      U32[((p + grown) >>> 2) - 1] = vector + 1
      vectors[vector] = p
    }
    words[RANDOM] = random
    words[SUM] = sum
    return operations
  }
}

/** The next size of a vector that grows in this manner; 0 if it has had its last. A multiple of 4. */
function grow(manner: number, size: number): number {
  if (size === 0) return LEAST
  if (manner === 2) return size >= MOST_BY_STEPS ? 0 : size + STEP
  if (size >= MOST) return 0
  return manner === 0 ? size * 2 : (size + (size >>> 1)) & -4
}

/** Of a vector that grows in this manner: the mean of its sizes, 0 while there is none, for each lasts equally long. */
function averageSize(manner: number): number {
  let total = 0
  let steps = 1
  for (let size = grow(manner, 0); size !== 0; size = grow(manner, size), steps++) total += size
  return total / steps
}

export const reallocVectors = alone<Sizes>({
  name: 'realloc-vectors',
  bind,
  single: true,
  fillsBlocks: true,
  empty: emptySlots(firstWord),
  pointersPerLane: () => VECTORS,
  live: (_, threads) => ({
    blocks: threads * VECTORS,
    bytes: ((threads * VECTORS) / 3) * (averageSize(0) + averageSize(1) + averageSize(2)),
  }),
})
