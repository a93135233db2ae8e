/**
 * attach: how long a thread that has just come waits for its first block. Each thread attaches, allocates 64 bytes, writes
 * a byte, frees the block and detaches, again and again; what is timed singly is from attaching to the written byte.
 *
 * A native thread attaches with its first malloc, and cannot detach. The twin has it do what each allocator does where
 * a thread ends (`renew.h`); for the C library, which has nothing of the kind, it starts a thread each time.
 */

import type { Part } from '../contender/part.ts'
import { takeSamples } from '../contender/sample.ts'
import { runAlone } from './alone.ts'
import { type Lane, SUM } from './board.ts'
import type { Kind, Sizes } from './kind.ts'

/** The place of the lane's block, if it has one. */
const BLOCK = 0

/** Attaches and allocates. */
function come({ heap, shape }: Part<Sizes>, { pointers }: Lane): void {
  const p = heap.malloc(shape.low)
  heap.U8[p] = shape.low
  pointers[BLOCK] = p
}

/** Frees and detaches. */
function go(part: Part<Sizes>, { pointers, words }: Lane): void {
  const p = pointers[BLOCK]
  if (p !== 0) {
    words[SUM] += part.heap.U8[p]
    part.heap.free(p)
    pointers[BLOCK] = 0
  }
  part.leave()
}

export const attach: Kind<Sizes> = {
  name: 'attach',
  passesBlocks: true,
  lanes: (threads) => threads,
  seats: (threads) => threads,
  pointersPerLane: () => 1,
  live: ({ low }, threads) => ({ blocks: threads, bytes: threads * low }),
  single: true,
  sit: (part) => {
    const lane = part.lane(part.seat)
    const comeNow = () => come(part, lane)
    const goNow = () => go(part, lane)
    return {
      run: (task) =>
        runAlone(part, task, (operations) => {
          for (let i = 0; i < operations; i++) {
            comeNow()
            goNow()
          }
          return operations
        }),
      sample: (task) => {
        takeSamples(lane, task, goNow, comeNow)
        goNow()
      },
    }
  },
}
