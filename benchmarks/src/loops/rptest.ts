/**
 * rptest, after the benchmark of rpmalloc as mimalloc-bench runs it (`T 0 1 2 500 1000 100 8 16000`), described, not
 * copied: a steady mixture of sizes, of which a good half is freed by another thread.
 *
 * Each thread has 1000 slots. In each loop it frees what 80 of them hold, frees all blocks that others sent it, and
 * fills the empty ones of 100 slots; every second loop it also allocates a batch of 100 and sends it to the next
 * of the other threads in turn. Slots are visited at prime strides. Sizes are 8..16000, the smaller the likelier,
 * falling off linearly. After 500 loops a thread frees what its slots hold and makes way for a fresh one.
 *
 * Chosen where the description leaves it open: a block's first word is written, and read before it is freed; the
 * blocks of a batch are linked through their first words, and a thread's inbox is one word that batches are pushed
 * onto and that the thread takes as a whole. While 8 batches wait there, as for a thread that gets no processor, the
 * sender frees its batch itself. A thread alone sends to itself. An operation is an allocation.
 *
 * Fixed runs: what a thread allocates does not depend on the others, and a batch counts the same whenever and
 * by whomever it is freed.
 */

import type { Part } from '../contender/part.ts'
import type { Mallocs } from '../peers/allocator.ts'
import { type Lane, OWN, RANDOM, SUM } from './board.ts'
import type { Kind, Sizes } from './kind.ts'
import { playRounds } from './rounds.ts'

type RptestShape = Sizes & {
  /** Slots of each thread. */
  readonly slots: number
  /** Loops of a round. */
  readonly loops: number
}

const FREES = 80
const FILLS = 100
const BATCH = 100
const FREE_STRIDE = 37
const FILL_STRIDE = 61
/** How many batches a lane has sent, its next slot to free and its next slot to fill. */
const SENT = OWN
const NEXT_FREE = OWN + 1
const NEXT_FILL = OWN + 2
/** Inboxes are a cache line apart, and so are the words that count the batches in them. */
const SPACING = 16
const MOST_WAITING = 8

/** A thread's loop and what it begins and ends with, at a lane of its own. */
function bindThread({ heap: views, board, shape, seat, seats }: Part<RptestShape>, lane: Lane) {
  const { U32 } = views
  const { words, pointers: slots } = lane
  const { words: waiting, pointers: inboxes } = board
  const { low, units } = shape

  const freeSome = (heap: Mallocs): void => {
    let at = words[NEXT_FREE]
    let sum = words[SUM]
    for (let i = 0; i < FREES; i++) {
      const p = slots[at]
      if (p !== 0) {
        sum = (sum + U32[p >>> 2]) | 0
        heap.free(p)
        slots[at] = 0
      }
      at += FREE_STRIDE
      if (at >= slots.length) at -= slots.length
    }
    words[NEXT_FREE] = at
    words[SUM] = sum
  }

  /** Fills the empty ones of FILLS slots; returns how many these were. */
  const fillSome = (heap: Mallocs): number => {
    let at = words[NEXT_FILL]
    let random = words[RANDOM]
    let sum = words[SUM]
    let filled = 0
    for (let i = 0; i < FILLS; i++) {
      if (slots[at] === 0) {
        random ^= random << 13
        random ^= random >>> 17
        random ^= random << 5
        const size = low + sizeFrom(random, units)
        const p = heap.malloc(size)
        U32[p >>> 2] = size
        slots[at] = p
        sum = (sum + Math.imul(at + 1, size)) | 0
        filled++
      }
      at += FILL_STRIDE
      if (at >= slots.length) at -= slots.length
    }
    words[NEXT_FILL] = at
    words[RANDOM] = random
    words[SUM] = sum
    return filled
  }

  /** Frees linked blocks; returns how many these were. */
  const freeBatches = (heap: Mallocs, first: number): number => {
    let freed = 0
    for (let p = first; p !== 0; freed++) {
      const next = U32[p >>> 2]
      heap.free(p)
      p = next
    }
    words[SUM] += freed
    return freed
  }

  /** Allocates a batch, each block linked to the one before it, and pushes it onto the inbox of seat `to`. */
  const send = (heap: Mallocs, to: number): void => {
    let random = words[RANDOM]
    let sum = words[SUM]
    let first = 0
    let last = 0
    for (let i = 0; i < BATCH; i++) {
      random ^= random << 13
      random ^= random >>> 17
      random ^= random << 5
      const size = low + sizeFrom(random, units)
      const p = heap.malloc(size)
      U32[p >>> 2] = first
      first = p
      if (i === 0) last = p
      sum = (sum + Math.imul(i + 1, size)) | 0
    }
    words[RANDOM] = random
    words[SUM] = sum
    const inbox = to * SPACING
    // Partner: the subtraction in receive. A count that lags behind costs nothing but a batch more or less.
    if (Atomics.add(waiting, inbox, 1) >= MOST_WAITING) {
      Atomics.sub(waiting, inbox, 1)
      freeBatches(heap, first)
      return
    }
    let before: number
    // Partner: the exchange in receive, which takes the links along.
    do {
      before = Atomics.load(inboxes, inbox)
      U32[last >>> 2] = before
    } while (Atomics.compareExchange(inboxes, inbox, before, first) !== before)
  }

  /** Frees all that others have sent. */
  const receive = (heap: Mallocs): void => {
    const inbox = seat * SPACING
    // Partner: the push in send.
    const freed = freeBatches(heap, Atomics.exchange(inboxes, inbox, 0))
    if (freed > 0) Atomics.sub(waiting, inbox, freed / BATCH)
  }

  /** Returns how many blocks it allocated. */
  const loop = (heap: Mallocs, turn: number): number => {
    freeSome(heap)
    receive(heap)
    const filled = fillSome(heap)
    if (turn % 2 === 0) return filled
    const others = seats - 1
    send(heap, others === 0 ? seat : (seat + 1 + (words[SENT]++ % others)) % seats)
    return filled + BATCH
  }

  const freeAll = (heap: Mallocs): void => {
    let sum = words[SUM]
    for (let at = 0; at < slots.length; at++) {
      const p = slots[at]
      if (p === 0) continue
      sum = (sum + U32[p >>> 2]) | 0
      heap.free(p)
      slots[at] = 0
    }
    words[SUM] = sum
  }

  return { loop, receive, freeAll }
}

/** The lesser of two uniform numbers below `units`: falls off linearly. */
function sizeFrom(random: number, units: number): number {
  return Math.imul(Math.min(random & 0xffff, random >>> 16), units) >>> 16
}

export const rptest: Kind<RptestShape> = {
  name: 'rptest',
  passesBlocks: true,
  lanes: (threads) => threads,
  seats: (threads) => threads,
  pointersPerLane: ({ slots }) => slots,
  shared: (_, threads) => ({ words: threads * SPACING, pointers: threads * SPACING }),
  // A loop frees 80 f of the slots and fills 100 (1 - f), which balances at f = 5/9; and each inbox holds a batch.
  live: ({ slots, low, units }, threads) => {
    const blocks = threads * Math.round((slots * FILLS) / (FREES + FILLS) + BATCH)
    return { blocks, bytes: blocks * (low + units / 3) }
  },
  sit: (part) => {
    const { loop, receive, freeAll } = bindThread(part, part.lane(part.seat))
    const play = () => {
      const { heap, shape } = part
      let operations = 0
      for (let turn = 0; turn < shape.loops; turn++) operations += loop(heap, turn)
      freeAll(heap)
      part.leave()
      return operations
    }
    return { run: (task) => playRounds(part, task, play), empty: () => receive(part.heap) }
  },
}
