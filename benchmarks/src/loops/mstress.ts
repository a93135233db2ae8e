/**
 * mstress, after mimalloc's stress test as mimalloc-bench runs it (`T 50 25`), described, not copied: threads that
 * live for a round allocate blocks of mixed sizes, free some at once, keep some to their end, and exchange some with
 * a table that all threads share. So blocks outlive the thread that allocated them, and are freed by any other.
 *
 * Thread t makes 100 * scale * (t mod 8 + 1) allocations of 2^0..2^4 words and keeps half as many of 2^0..2^6. In each
 * step it does one of the two; then, two times out of three, it frees a random one of the first; then, one time out
 * of four, it exchanges one with a random place of the table. Of all blocks 1 % are 100 times as large, a tenth of
 * these 1000 times, a tenth of those 10,000 times. At its end a thread frees all it still holds, what it kept first.
 *
 * Chosen where the description leaves it open: a word is 8 bytes, of which the lower half is written and, before the
 * block is freed, checked; the thread's own lists lie outside the heap; the thread that ends a round last attaches
 * once more and frees every second block of the table at random. An operation is an allocation.
 *
 * Fixed runs: who gets which block of the table depends on the schedule, so the checksum adds up what was allocated
 * by each lane in order, and what was freed in any order.
 */

import type { Part } from '../contender/part.ts'
import type { Mallocs, Views } from '../peers/allocator.ts'
import { type Lane, RANDOM, SUM } from './board.ts'
import { apart, type Kind, type Sizes } from './kind.ts'
import { playRounds } from './rounds.ts'

type MstressShape = Sizes & {
  readonly scale: number
  /** Places of the shared table. */
  readonly places: number
}

const WORD = 8
const MOST_WEIGHT = 8
const MOST_WORDS = 64 * 10_000
const MOST_SHORT = 64
const COOKIE = 0x5bd1e995

interface Blocks {
  /** Writes a block of so many words, each of which says how many there are from here on. */
  write(p: number, words: number): void
  /** Checks all words of a block, and returns how many it has. */
  check(p: number): number
}

function bindBlocks({ U32 }: Views): Blocks {
  return {
    write(p, words) {
      let left = words
      let at = p >>> 2
      for (; left > MOST_SHORT; left = (left - 4) | 0) {
        U32[at + 6] = (left - 3) ^ COOKIE
        U32[at] = left ^ COOKIE
        U32[at + 2] = (left - 1) ^ COOKIE
        U32[at + 4] = (left - 2) ^ COOKIE
        at = (at + 8) | 0
      }
      for (; left > 0; left = (left - 1) | 0) {
        U32[at] = left ^ COOKIE
        at = (at + 2) | 0
      }
    },
    check(p) {
      let at = p >>> 2
      const words = U32[at] ^ COOKIE
      if (words < 1 || words > MOST_WORDS) refuse(p)
      // One test at the end instead of one per word.
      let changed = 0
      let left = words
      for (; left > MOST_SHORT; left = (left - 4) | 0) {
        changed |= U32[at + 6] ^ (left - 3) ^ COOKIE
        changed |= U32[at] ^ left ^ COOKIE
        changed |= U32[at + 2] ^ (left - 1) ^ COOKIE
        changed |= U32[at + 4] ^ (left - 2) ^ COOKIE
        at = (at + 8) | 0
      }
      for (; left > 0; left = (left - 1) | 0) {
        changed |= U32[at] ^ left ^ COOKIE
        at = (at + 2) | 0
      }
      if (changed !== 0) refuse(p)
      return words
    },
  }
}

/** A thread's life of one round; returns its operations. */
function bindLife({ shape, seat, board }: Part<MstressShape>, { write, check }: Blocks, lane: Lane) {
  const { words: state, pointers } = lane
  const table = board.pointers
  const { places } = shape
  const allocations = allocationsOf(shape, seat)
  const keeps = allocations / 2
  const kept = pointers.subarray(0, keeps)
  const held = pointers.subarray(keeps, keeps + allocations)
  const allocateAll = (heap: Mallocs): void => {
    let random = state[RANDOM]
    let sum = state[SUM]
    let holds = 0
    let keptSoFar = 0
    while (holds < allocations || keptSoFar < keeps) {
      random ^= random << 13
      random ^= random >>> 17
      random ^= random << 5
      const choice = random
      random ^= random << 13
      random ^= random >>> 17
      random ^= random << 5
      const isHeld = keptSoFar === keeps || (holds < allocations && (choice & 1) !== 0)
      const words = factorOf(random >>> 16) << ((((choice >>> 1) & 0xff) * (isHeld ? 5 : 7)) >>> 8)
      const p = heap.malloc(words * WORD)
      write(p, words)
      if (isHeld) {
        held[holds++] = p
        sum = (sum + Math.imul(holds, words)) | 0
      } else {
        kept[keptSoFar++] = p
        sum = (sum + Math.imul(keptSoFar, words)) | 0
      }
      if ((((choice >>> 9) & 0xff) * 3) >>> 8 !== 0 && holds > 0) {
        random ^= random << 13
        random ^= random >>> 17
        random ^= random << 5
        const at = Math.imul(random >>> 16, holds) >>> 16
        const freed = held[at]
        if (freed !== 0) {
          sum = (sum + check(freed)) | 0
          heap.free(freed)
          held[at] = 0
        }
      }
      if (((choice >>> 17) & 3) === 0 && holds > 0) {
        random ^= random << 13
        random ^= random >>> 17
        random ^= random << 5
        const at = Math.imul(random >>> 16, holds) >>> 16
        // Partner: the same exchange in another thread, which may then read and free the block.
        held[at] = Atomics.exchange(table, Math.imul(random & 0xffff, places) >>> 16, held[at])
      }
    }
    state[RANDOM] = random
    state[SUM] = sum
  }
  const freeAll = (heap: Mallocs): void => {
    let sum = state[SUM]
    for (let i = 0; i < keeps + allocations; i++) {
      const p = pointers[i]
      if (p === 0) continue
      sum = (sum + check(p)) | 0
      heap.free(p)
    }
    state[SUM] = sum
  }
  return (heap: Mallocs): number => {
    apart(allocateAll, heap)
    apart(freeAll, heap)
    return allocations + keeps
  }
}

/** Apart from the check, where V8 would write the pointer as a text for each block. */
function refuse(p: number): never {
  throw new Error(`a word of the block at ${p} has changed`)
}

function factorOf(random: number): number {
  if (random >= 655) return 1
  return random >= 66 ? 100 : random >= 7 ? 1000 : 10_000
}

/** Main's part between rounds: frees every second block of the table, chosen by where lane 0's generator stands. */
function cull(part: Part<MstressShape>, blocks: Blocks): void {
  const { pointers: table } = part.board
  let random = part.lane(0).words[RANDOM]
  for (let place = 0; place < table.length; place++) {
    random ^= random << 13
    random ^= random >>> 17
    random ^= random << 5
    if ((random & 0x10000) !== 0) freePlace(part, blocks, place)
  }
  part.leave()
}

function freePlace(part: Part<MstressShape>, { check }: Blocks, place: number): void {
  const { pointers: table } = part.board
  const p = table[place]
  if (p === 0) return
  part.lane(part.seat).words[SUM] += check(p)
  part.heap.free(p)
  table[place] = 0
}

function allocationsOf({ scale }: MstressShape, seat: number): number {
  return 100 * scale * ((seat % MOST_WEIGHT) + 1)
}

export const mstress: Kind<MstressShape> = {
  name: 'mstress',
  passesBlocks: true,
  lanes: (threads) => threads,
  seats: (threads) => threads,
  pointersPerLane: (shape, threads) => 1.5 * allocationsOf(shape, Math.min(threads, MOST_WEIGHT) - 1),
  shared: ({ places }) => ({ words: 0, pointers: places }),
  // At the end of a round: all that is kept, and half of the rest, which by then has been freed.
  live: (shape, threads) => {
    let blocks = 0
    for (let seat = 0; seat < threads; seat++) blocks += allocationsOf(shape, seat)
    const averageFactor = (64_881 + 589 * 100 + 59 * 1000 + 7 * 10_000) / 65_536
    return { blocks, bytes: (blocks / 2) * (31 / 5 + 127 / 7) * averageFactor * WORD }
  },
  sit: (part) => {
    const lane = part.lane(part.seat)
    const blocks = bindBlocks(part.heap)
    const life = bindLife(part, blocks, lane)
    const play = () => {
      const operations = life(part.heap)
      part.leave()
      return operations
    }
    return {
      run: (task) => playRounds(part, task, play, () => cull(part, blocks)),
      empty: () => {
        if (part.seat !== 0) return
        for (let place = 0; place < part.board.pointers.length; place++) freePlace(part, blocks, place)
      },
    }
  },
}
