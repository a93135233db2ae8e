/**
 * Mid: blocks above 1 KiB and below 64 KiB, from segments that one thread owns, through the same per-thread caches.
 *
 * A segment is the smallest multiple of lcm(block, 4 KiB) that holds at least four blocks, so that it has no tail.
 * (Segments of a fixed 64 KiB, as in hakmem, waste 37 % at 40 KiB, and on 8 to 32 KiB claim 1.42 times what is live;
 * these 1.34.) A refill takes what segments have before it takes a new one: a block is worth more than the few bytes
 * that finding it reads, so there is no threshold, and a segment is given back as soon as a flush empties it.
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

const BLOCKS_MIN = 4
/** Segments that one refill takes up at most. */
const SEGMENTS_PER_REFILL = 8

/** Largest mid block in bytes: a grain below 64 KiB, because what lies between rounds up to the first large class. */
export const MID_MAX: number = LARGE_MIN - GRAIN

/** Pages of a segment, by class. */
const SEGMENT_PAGES = Int32Array.from(SIZES, (size, c) =>
  c > TINY_CLASSES && c <= MID_CLASSES ? segmentPages(size) : 0,
)

export class Mid extends BlockCache {
  /** For the thread that claimed `record`. */
  constructor(record: ThreadRecord) {
    super(record)
    for (let c = TINY_CLASSES + 1; c <= MID_CLASSES; c++) {
      const blocks = Math.floor((SEGMENT_PAGES[c] * PAGE) / SIZES[c])
      record.slabs.tune(c, { target: blocks, rush: 0, yield: 1 })
    }
  }

  /** Aims the sweep at the segment to go on with. Between the record's `enter` and `leave`. */
  override aim(c: number, runs: number): boolean {
    const { record } = this
    if (runs < SEGMENTS_PER_REFILL && aimDirty(record, c)) return true
    if (runs === 0 && aimRotated(record, c)) return true
    const carving: Carving = { pages: SEGMENT_PAGES[c], alignment: 1 }
    if (runs < SEGMENTS_PER_REFILL && aimOrphaned(record, c, carving)) return true
    if (aimFresh(record, c, carving) || aimScattered(record, c, carving)) return true
    // No room for a whole segment: one of fewer blocks, with a tail, is better than none.
    for (let blocks = BLOCKS_MIN - 1; blocks >= 1; blocks--) {
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

function segmentPages(size: number): number {
  const unit = (size * PAGE) / commonDivisor(size, PAGE)
  return (Math.ceil((size * BLOCKS_MIN) / unit) * unit) / PAGE
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b)
}
