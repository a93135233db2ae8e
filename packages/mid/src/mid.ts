/**
 * Mid: blocks above 1 KiB and below 64 KiB, from segments that one thread owns, through the same per-thread caches.
 *
 * A segment is the smallest multiple of lcm(block, 4 KiB) that holds 4 to 16 blocks, by how much room a thread has, so
 * that it has no tail. (Segments of a fixed 64 KiB, as in hakmem, waste 37 % at 40 KiB.) A refill takes what segments
 * have before it takes a new one: a block is worth more than the few bytes that finding it reads, so there is no
 * threshold, and a segment is given back as soon as a flush empties it.
 */

import {
  aimDirty,
  aimFresh,
  aimOrphaned,
  aimRotated,
  aimScattered,
  BlockCache,
  type Carving,
  GRAIN,
  InvalidSizeError,
  LARGE_MIN,
  MID_CLASSES,
  PAGE,
  type Ptr,
  SIZES,
  type ThreadRecord,
  TINY_CLASSES,
  TINY_MAX,
} from '@hakmem/arena'

/** Segments that one refill takes up at most. */
const SEGMENTS_PER_REFILL = 8

/** Largest mid block in bytes: a grain below 64 KiB, because what lies between rounds up to the first large class. */
export const MID_MAX: number = LARGE_MIN - GRAIN

export class Mid extends BlockCache {
  private readonly segments: Int32Array

  /** For the thread that claimed `record`. */
  constructor(record: ThreadRecord) {
    super(record)
    this.segments = record.arena.geometry.segments
    for (let c = TINY_CLASSES + 1; c <= MID_CLASSES; c++) {
      const blocks = Math.floor((this.segments[c] * PAGE) / SIZES[c])
      record.slabs.tune(c, { target: blocks, rush: 0, yield: 1 })
    }
  }

  /** Aims the sweep at the segment to go on with. Between the record's `enter` and `leave`. */
  override aim(c: number, runs: number): boolean {
    const { record } = this
    if (runs < SEGMENTS_PER_REFILL && aimDirty(record, c)) return true
    if (runs === 0 && aimRotated(record, c)) return true
    const pages = this.segments[c]
    const carving: Carving = { pages, alignment: 1 }
    if (runs < SEGMENTS_PER_REFILL && aimOrphaned(record, c, carving)) return true
    if (aimFresh(record, c, carving) || aimScattered(record, c, carving)) return true
    // No room for a whole segment: one of fewer blocks, with a tail, is better than none.
    for (let blocks = Math.floor((pages * PAGE) / SIZES[c]) >>> 1; blocks >= 1; blocks >>>= 1) {
      if (aimFresh(record, c, { pages: Math.ceil((blocks * SIZES[c]) / PAGE), alignment: 1 })) return true
    }
    return false
  }

  protected override allocate(size: number, must: boolean): Ptr {
    return size <= TINY_MAX || size > MID_MAX ? this.takeLarge(size) : super.allocate(size, must)
  }

  protected takeLarge(size: number): Ptr {
    const rule = `above ${TINY_MAX} and at most ${MID_MAX} bytes`
    throw new InvalidSizeError('malloc', 'the size of a mid block', size, rule)
  }
}
