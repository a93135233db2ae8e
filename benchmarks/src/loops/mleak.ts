/**
 * mleak, after the test for leaks in mimalloc-bench (`5` and `50`), described, not copied: threads live just long enough
 * to allocate one zeroed block of 128 bytes, exchange it for the one in a random of 1000 slots that all share, and
 * free that. So nearly every block outlives its allocator, and is freed by a thread that has just come.
 *
 * A life is: attach, calloc, exchange, free, detach. It costs what attaching and detaching cost; and if the memory
 * of a thread that has gone were lost, the process would grow with every life.
 *
 * Chosen where the description leaves it open: the original starts ten threads and waits for their end, 500 times or
 * 5000; here each thread lives one life after the other, without a barrier, as long as the run takes. The last word
 * of a fresh block is read, its first word written, and read before it is freed. An operation is a life.
 *
 * Fixed runs: who frees which block depends on the schedule, so the checksum adds up the words read in any order.
 */

import type { Part } from '../contender/part.ts'
import { runAlone } from './alone.ts'
import { RANDOM, SUM } from './board.ts'
import type { Kind, Sizes } from './kind.ts'

type MleakShape = Sizes & {
  readonly slots: number
}

/** One life; returns what it read. */
function live(part: Part<MleakShape>): number {
  const { heap, shape, board } = part
  const { U32 } = heap
  const { words } = part.lane(part.seat)
  let random = words[RANDOM]
  random ^= random << 13
  random ^= random >>> 17
  random ^= random << 5
  words[RANDOM] = random
  const p = heap.calloc(1, shape.low)
  let read = U32[(p + shape.low - 4) >>> 2]
  U32[p >>> 2] = random
  // Partner: the same exchange in another thread, which then reads and frees the block.
  const old = Atomics.exchange(board.pointers, Math.imul(random >>> 16, shape.slots) >>> 16, p)
  if (old !== 0) {
    read += U32[old >>> 2]
    heap.free(old)
  }
  part.leave()
  return read
}

/** Frees what the slots hold. */
function empty(part: Part<MleakShape>): void {
  const { heap, board } = part
  const { words } = part.lane(0)
  for (const p of board.pointers) {
    if (p === 0) continue
    words[SUM] += heap.U32[p >>> 2]
    heap.free(p)
  }
  board.pointers.fill(0)
}

export const mleak: Kind<MleakShape> = {
  name: 'mleak',
  passesBlocks: true,
  aboutFreshThreads: true,
  lanes: (threads) => threads,
  seats: (threads) => threads,
  pointersPerLane: () => 0,
  shared: ({ slots }) => ({ words: 0, pointers: slots }),
  live: ({ slots, low }) => ({ blocks: slots, bytes: slots * low }),
  sit: (part) => {
    const { words } = part.lane(part.seat)
    return {
      run: (task) =>
        runAlone(part, task, (operations) => {
          for (let i = 0; i < operations; i++) words[SUM] += live(part)
          return operations
        }),
      empty: () => {
        if (part.seat === 0) empty(part)
      },
    }
  },
}
