/**
 * glibc-simple, after the C library's own benchmark of one thread, described, not copied: allocate n blocks, write all
 * of each, free the first half first in, first out, the second last in, first out; for 16, 32 and 64 bytes and n of 25,
 * 100, 400 and 1600. The original allocates 2,000,000 blocks of each; here the twelve take turns, 1600 blocks each.
 */

import type { Allocator } from '../peers/allocator.ts'
import { alone } from './alone.ts'
import { type Lane, OWN, SUM } from './board.ts'
import { bindFill } from './fill.ts'
import type { Loop, Sizes } from './kind.ts'

const SIZES = [16, 32, 64]
const COUNTS = [25, 100, 400, 1600]
const BLOCKS = 1600
/** Which of the twelve comes next. */
const NEXT = OWN

function bind(allocator: Allocator, { words, pointers }: Lane): Loop {
  const fillBlock = bindFill(allocator)
  const allocateAndFree = (size: number, count: number) => {
    const heap = allocator
    const { U32 } = heap
    const blocks = pointers
    const fill = fillBlock
    const half = count >>> 1
    let sum = words[SUM]
    for (let round = BLOCKS / count; round > 0; round--) {
      for (let i = 0; i < count; i++) {
        const p = heap.malloc(size)
        fill(p, size, i)
        blocks[i] = p
      }
      sum = (sum + U32[((blocks[half] + size) >>> 2) - 1] + size) | 0
      for (let i = 0; i < half; i++) heap.free(blocks[i])
      for (let i = count - 1; i >= half; i--) heap.free(blocks[i])
    }
    words[SUM] = sum
  }
  return (operations) => {
    let done = 0
    while (done < operations) {
      const next = words[NEXT]
      allocateAndFree(SIZES[next >>> 2], COUNTS[next & 3])
      words[NEXT] = (next + 1) % (SIZES.length * COUNTS.length)
      done += 2 * BLOCKS
    }
    return done
  }
}

export const glibcSimple = alone<Sizes>({
  name: 'glibc-simple',
  bind,
  single: false,
  fillsBlocks: true,
  pointersPerLane: () => BLOCKS,
  live: (_, threads) => {
    const blocks = (threads * (25 + 100 + 400 + 1600)) / 4 / 2
    return { blocks, bytes: (blocks * (16 + 32 + 64)) / 3 }
  },
})
