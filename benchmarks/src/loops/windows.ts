/**
 * What sh6 and sh8 share, after MicroQuill's benchmarks as mimalloc-bench runs them, described, not copied: bursts of
 * blocks of one size fill a buffer of pointers. When it is full, a window of a fifth of it is kept; what lies below
 * is freed first in, first out, what lies above last in, first out; and filling goes on around the window. It moves on by
 * its own width each time, so that a fifth of the blocks live through one more filling than the others.
 */

import type { Allocator } from '../peers/allocator.ts'
import { type Lane, OWN, SUM } from './board.ts'
import type { Loop } from './kind.ts'

/** Bursts of blocks, again and again from the first: `counts[k]` blocks of `sizes[k]` bytes. */
export interface Bursts {
  readonly sizes: Int32Array
  readonly counts: Int32Array
}

/** The next burst. */
const NEXT = OWN
/** The place in the buffer that is filled next, never one of the window. */
const AT = OWN + 1
/** The first place of the window; at first the end of the buffer, where no window is. */
const KEPT = OWN + 2

const PARTS = 5

/** Before the first burst. */
export function noWindow(lane: Lane): void {
  lane.words[KEPT] = lane.pointers.length
}

/** A loop that runs whole bursts until at least `operations` blocks are allocated; `onFull` comes with each full buffer. */
export function bindBursts(heap: Allocator, lane: Lane, { sizes, counts }: Bursts, onFull: () => void): Loop {
  const { U8 } = heap
  const { words, pointers: blocks } = lane
  const width = windowOf(lane)

  /** Allocates up to `most` blocks of `size`, as many as there are places before the window or the end. */
  const fill = (size: number, most: number) => {
    const kept = words[KEPT]
    const from = words[AT]
    const to = Math.min(from + most, from < kept ? kept : blocks.length)
    let sum = words[SUM]
    for (let place = from; place < to; place++) {
      const p = heap.malloc(size)
      U8[p] = place
      U8[p + size - 1] = place
      blocks[place] = p
      sum = (sum + Math.imul(place + 1, size)) | 0
    }
    words[SUM] = sum
    words[AT] = to === kept ? Math.min(kept + width, blocks.length) : to
    return to - from
  }

  /** Frees all but the next window. */
  const turn = () => {
    const kept = words[KEPT] + 2 * width > blocks.length ? 0 : words[KEPT] + width
    for (let place = 0; place < kept; place++) heap.free(blocks[place])
    for (let place = blocks.length - 1; place >= kept + width; place--) heap.free(blocks[place])
    words[KEPT] = kept
    words[AT] = kept === 0 ? width : 0
  }

  return (operations) => {
    let done = 0
    while (done < operations) {
      const next = words[NEXT]
      for (let left = counts[next]; left > 0; ) {
        left -= fill(sizes[next], left)
        if (words[AT] !== blocks.length) continue
        turn()
        onFull()
      }
      done += counts[next]
      words[NEXT] = (next + 1) % sizes.length
    }
    return done
  }
}

/** Frees what the buffer holds: what is below the next place, and the window. */
export function emptyBuffer(heap: Allocator, lane: Lane): void {
  const { words, pointers: blocks } = lane
  const kept = words[KEPT]
  for (let place = 0; place < blocks.length; place++) {
    if (place >= words[AT] && (place < kept || place >= kept + windowOf(lane))) continue
    words[SUM] += heap.U8[blocks[place]]
    heap.free(blocks[place])
  }
}

/** Blocks and bytes that are live on average: three fifths of the buffer. */
export function liveOf({ sizes, counts }: Bursts, places: number): { blocks: number; bytes: number } {
  const blocks = (places * 3) / PARTS
  const total = counts.reduce((sum, count) => sum + count, 0)
  const bytes = sizes.reduce((sum, size, k) => sum + size * counts[k], 0)
  return { blocks, bytes: (blocks * bytes) / total }
}

function windowOf(lane: Lane): number {
  return Math.floor(lane.pointers.length / PARTS)
}
