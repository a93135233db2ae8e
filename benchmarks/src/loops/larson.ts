/**
 * larson, after Larson and Krishnan's server simulation as mimalloc-bench runs it, described, not copied:
 * every lane holds 5000 blocks that the main thread allocated and shuffled; a thread frees a random one and
 * allocates anew in its place, and after 500,000 replacements hands the array to a successor thread. So most
 * blocks are freed by a thread that did not allocate them, among blocks of all ages.
 */

import type { Allocator } from '../peers/allocator.ts'
import type { Shape } from '../workloads.ts'
import { type Lane, RANDOM, SUM } from './board.ts'

/** Replaces a random block `operations` times: each is one free and one malloc. */
export function larson(heap: Allocator, lane: Lane, operations: number, shape: Shape): number {
  const halves = heap.U16
  const blocks = lane.pointers
  // Integers outside the loop: V8 would convert what it reads from an object in every pass.
  const slots = shape.slots | 0
  const low = shape.low | 0
  const units = shape.units | 0
  const shift = shape.shift | 0
  let random = lane.words[RANDOM]
  let sum = lane.words[SUM]
  for (let i = 0; i < operations; i++) {
    random ^= random << 13
    random ^= random >>> 17
    random ^= random << 5
    const slot = Math.imul(random & 0xffff, slots) >>> 16
    const size = low + ((Math.imul(random >>> 16, units) >>> 16) << shift)
    heap.free(blocks[slot])
    const p = heap.malloc(size)
    halves[p >>> 1] = random
    blocks[slot] = p
    sum = (sum + Math.imul(slot + 1, size)) | 0
  }
  lane.words[RANDOM] = random
  lane.words[SUM] = sum
  return operations
}

/** The main thread's part: allocates a lane's blocks, shuffles them, and makes four replacements per block. */
export function prepareLarson(heap: Allocator, lane: Lane, shape: Shape): void {
  const halves = heap.U16
  const blocks = lane.pointers
  const { slots, low, units, shift } = shape
  let random = lane.words[RANDOM]
  const next = () => {
    random ^= random << 13
    random ^= random >>> 17
    random ^= random << 5
  }
  for (let slot = 0; slot < slots; slot++) {
    next()
    const p = heap.malloc(low + ((Math.imul(random >>> 16, units) >>> 16) << shift))
    halves[p >>> 1] = random
    blocks[slot] = p
  }
  for (let slot = slots - 1; slot > 0; slot--) {
    next()
    const other = Math.imul(random & 0xffff, slot + 1) >>> 16
    const p = blocks[slot]
    blocks[slot] = blocks[other]
    blocks[other] = p
  }
  lane.words[RANDOM] = random
  larson(heap, lane, 4 * slots, shape)
}

/** Frees all blocks of a lane, in order. */
export function emptyLarson(heap: Allocator, lane: Lane): void {
  let sum = lane.words[SUM]
  for (const p of lane.pointers) {
    sum = (sum + heap.U8[p] + heap.U8[p + 1]) | 0
    heap.free(p)
  }
  lane.pointers.fill(0)
  lane.words[SUM] = sum
}
