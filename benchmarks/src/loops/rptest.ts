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
import type { Allocator } from '../peers/allocator.ts'
import { type Board, type Lane, OWN, RANDOM, SUM } from './board.ts'
import type { Kind, Sizes } from './kind.ts'
import { playRounds } from './rounds.ts'

export type RptestShape = Sizes & {
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

function play(part: Part<RptestShape>): number {
  const { heap, board, shape, seat } = part
  const lane = part.lane(seat)
  let operations = 0
  for (let loop = 0; loop < shape.loops; loop++) {
    freeSome(heap, lane)
    receive(heap, board, seat, lane)
    operations += fillSome(heap, lane, shape)
    if (loop % 2 === 1) {
      const others = part.seats - 1
      const to = others === 0 ? seat : (seat + 1 + (lane.words[SENT]++ % others)) % part.seats
      send(heap, lane, shape, board, to)
      operations += BATCH
    }
  }
  freeAll(heap, lane)
  part.leave()
  return operations
}

function freeSome(heap: Allocator, lane: Lane): void {
  const { U32 } = heap
  const slots = lane.pointers
  let at = lane.words[NEXT_FREE]
  let sum = lane.words[SUM]
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
  lane.words[NEXT_FREE] = at
  lane.words[SUM] = sum
}

/** Fills the empty ones of FILLS slots; returns how many these were. */
function fillSome(heap: Allocator, lane: Lane, shape: RptestShape): number {
  const { U32 } = heap
  const slots = lane.pointers
  const low = shape.low | 0
  const units = shape.units | 0
  let at = lane.words[NEXT_FILL]
  let random = lane.words[RANDOM]
  let sum = lane.words[SUM]
  let filled = 0
  for (let i = 0; i < FILLS; i++) {
    if (slots[at] === 0) {
      random ^= random << 13
      random ^= random >>> 17
      random ^= random << 5
      // The lesser of two uniform numbers falls off linearly.
      const size = low + (Math.imul(Math.min(random & 0xffff, random >>> 16), units) >>> 16)
      const p = heap.malloc(size)
      U32[p >>> 2] = size
      slots[at] = p
      sum = (sum + Math.imul(at + 1, size)) | 0
      filled++
    }
    at += FILL_STRIDE
    if (at >= slots.length) at -= slots.length
  }
  lane.words[NEXT_FILL] = at
  lane.words[RANDOM] = random
  lane.words[SUM] = sum
  return filled
}

/** Allocates a batch, each block linked to the one before it, and pushes it onto the inbox of seat `to`. */
function send(heap: Allocator, lane: Lane, shape: RptestShape, board: Board, to: number): void {
  const { U32 } = heap
  const low = shape.low | 0
  const units = shape.units | 0
  let random = lane.words[RANDOM]
  let sum = lane.words[SUM]
  let first = 0
  let last = 0
  for (let i = 0; i < BATCH; i++) {
    random ^= random << 13
    random ^= random >>> 17
    random ^= random << 5
    const size = low + (Math.imul(Math.min(random & 0xffff, random >>> 16), units) >>> 16)
    const p = heap.malloc(size)
    U32[p >>> 2] = first
    first = p
    if (i === 0) last = p
    sum = (sum + Math.imul(i + 1, size)) | 0
  }
  lane.words[RANDOM] = random
  lane.words[SUM] = sum
  const inbox = to * SPACING
  // Partner: the subtraction in receive. A count that lags behind costs nothing but a batch more or less.
  if (Atomics.add(board.words, inbox, 1) >= MOST_WAITING) {
    Atomics.sub(board.words, inbox, 1)
    freeBatches(heap, first, lane)
    return
  }
  let before: number
  // Partner: the exchange in receive, which takes the links along.
  do {
    before = Atomics.load(board.pointers, inbox)
    U32[last >>> 2] = before
  } while (Atomics.compareExchange(board.pointers, inbox, before, first) !== before)
}

/** Frees all that others have sent. */
function receive(heap: Allocator, board: Board, seat: number, lane: Lane): void {
  const inbox = seat * SPACING
  // Partner: the push in send.
  const freed = freeBatches(heap, Atomics.exchange(board.pointers, inbox, 0), lane)
  if (freed > 0) Atomics.sub(board.words, inbox, freed / BATCH)
}

/** Frees linked blocks; returns how many these were. */
function freeBatches(heap: Allocator, first: number, lane: Lane): number {
  const { U32 } = heap
  let freed = 0
  for (let p = first; p !== 0; freed++) {
    const next = U32[p >>> 2]
    heap.free(p)
    p = next
  }
  lane.words[SUM] += freed
  return freed
}

function freeAll(heap: Allocator, lane: Lane): void {
  const { U32 } = heap
  const slots = lane.pointers
  let sum = lane.words[SUM]
  for (let at = 0; at < slots.length; at++) {
    const p = slots[at]
    if (p === 0) continue
    sum = (sum + U32[p >>> 2]) | 0
    heap.free(p)
    slots[at] = 0
  }
  lane.words[SUM] = sum
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
  run: (part, task) => playRounds(part, task, () => play(part)),
  empty: (part) => receive(part.heap, part.board, part.seat, part.lane(part.seat)),
}
