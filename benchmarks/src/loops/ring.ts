/**
 * ring and scatter: one thread allocates blocks of 64 bytes, another frees them; they meet in a ring of
 * 65,536 pointers moved 256 at a time. Every free is of a foreign block: the best case of a remote free.
 *
 * In scatter the consumer puts each block in a random place of a table and frees the block that was there, so
 * the frees hit the producer's pages in no order at all: the hard case, where collecting costs cache misses.
 */

import type { Allocator } from '../peers/allocator.ts'
import { type Lane, RANDOM, SUM } from './board.ts'

export const BATCH = 256

const LOCAL_BATCH = BATCH
const RING_MASK = 65_535
/** Word of a block that carries its number. */
const NUMBER = 2

/** Allocates one batch into the ring, from place `first` on. */
export function produce(heap: Allocator, ring: Uint32Array, first: number): void {
  const words = heap.U32
  for (let i = 0; i < LOCAL_BATCH; i++) {
    const p = heap.malloc(64)
    words[(p >>> 2) + NUMBER] = first + i
    ring[(first + i) & RING_MASK] = p
  }
}

/** Frees one batch from the ring. */
export function consume(heap: Allocator, ring: Uint32Array, first: number, lane: Lane): void {
  const words = heap.U32
  let sum = lane.words[SUM]
  for (let i = 0; i < LOCAL_BATCH; i++) {
    const p = ring[(first + i) & RING_MASK]
    sum = (sum + words[(p >>> 2) + NUMBER]) | 0
    heap.free(p)
  }
  lane.words[SUM] = sum
}

/** Moves one batch from the ring into the table, and frees what it displaces. */
export function scatter(heap: Allocator, ring: Uint32Array, first: number, lane: Lane): void {
  const words = heap.U32
  const table = lane.pointers
  const mask = table.length - 1
  let random = lane.words[RANDOM]
  let sum = lane.words[SUM]
  for (let i = 0; i < LOCAL_BATCH; i++) {
    const p = ring[(first + i) & RING_MASK]
    random ^= random << 13
    random ^= random >>> 17
    random ^= random << 5
    const place = (random >>> 5) & mask
    sum = (sum + Math.imul(place + 1, words[(p >>> 2) + NUMBER])) | 0
    const displaced = table[place]
    table[place] = p
    if (displaced !== 0) heap.free(displaced)
  }
  lane.words[RANDOM] = random
  lane.words[SUM] = sum
}

/** Frees what the table still holds. */
export function emptyTable(heap: Allocator, lane: Lane): void {
  const words = heap.U32
  let sum = lane.words[SUM]
  for (let place = 0; place < lane.pointers.length; place++) {
    const p = lane.pointers[place]
    if (p === 0) continue
    sum = (sum + words[(p >>> 2) + NUMBER]) | 0
    heap.free(p)
    lane.pointers[place] = 0
  }
  lane.words[SUM] = sum
}
