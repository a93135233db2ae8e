/**
 * Takes memory into use before a workload that is not about fresh memory: blocks of the workload's sizes are
 * allocated, every page of them written to, and all freed, last come first. What an allocator gives back to the
 * system meanwhile is fresh again; that is its choice, and why the never-purging variants take part.
 */

import { laneSeed } from '../loops/board.ts'
import type { Sizes } from '../loops/kind.ts'
import type { Allocator } from '../peers/allocator.ts'

const PAGE = 4096
const LEAST = 8

/** Allocates, touches and frees `bytes`. Each block holds the one before it in its first word. */
export function touch(heap: Allocator, sizes: Sizes, seat: number, bytes: number): void {
  const { U8, U32 } = heap
  let random = laneSeed(1, seat)
  let last = 0
  for (let left = bytes; left > 0; ) {
    random ^= random << 13
    random ^= random >>> 17
    random ^= random << 5
    const size = Math.max(LEAST, sizes.low + ((Math.imul(random >>> 16, sizes.units) >>> 16) << sizes.shift))
    const p = heap.malloc(size)
    for (let at = 0; at < size; at += PAGE) U8[p + at] = 1
    U32[p >>> 2] = last
    last = p
    left -= size
  }
  while (last !== 0) {
    const p = last
    last = U32[p >>> 2]
    heap.free(p)
  }
}
