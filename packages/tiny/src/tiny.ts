/**
 * Tiny: blocks up to 1 KiB, from slabs of equal blocks, through the per-thread cache of their class.
 *
 * A refill fills the empty cache with a batch, by sweeping the state bytes of one slab from where the last sweep
 * stopped; counts are kept per batch, not per block (hakmem's P0: leave the hot path alone, improve the slow one).
 * Which slab is next decides how many bytes a block costs:
 *
 * 1. the slab being swept;
 * 2. slabs round the ring that other threads freed into, or of which enough is known free. Round-robin, because the
 *    one flagged last is the one with the fewest freed blocks. One that yields under its class's threshold sends the
 *    refill to a fresh slab (hakmem's P2; measured in docs/performance.md);
 * 3. the next slab in rotation, flagged or not: finds marks whose announcement was lost;
 * 4. a fresh slab. What is known free but scattered is used before memory runs out.
 *
 * Knobs per class, variables of the record (P1): target (blocks a refill takes), rush (so many more from a fresh
 * slab: the thread is growing), cap (the cache's limit) and yield.
 */

import {
  aimDirty,
  aimFresh,
  aimOrphaned,
  aimRotated,
  aimScattered,
  BlockCache,
  type Carving,
  InvalidSizeError,
  type Ptr,
  SIZES,
  type ThreadRecord,
  TINY_CLASSES,
  TINY_MAX,
} from '@hakmem/arena'

/** Slabs that one refill takes up at most. */
const SLABS_PER_REFILL = 4
/** Bytes that a refill takes, as blocks within these bounds. */
const TARGET_BYTES = 65536
const TARGET_MIN = 8
const TARGET_MAX = 256

export class Tiny extends BlockCache {
  private readonly carving: Carving

  /** For the thread that claimed `record`. */
  constructor(record: ThreadRecord) {
    super(record)
    const slab = 2 ** record.arena.geometry.slabShift
    // Aligned, so that no slab lies in two extents.
    this.carving = { pages: slab / 4096, alignment: slab / 4096 }
    for (let c = 1; c <= TINY_CLASSES; c++) {
      const target = Math.max(TARGET_MIN, Math.min(TARGET_MAX, Math.floor(TARGET_BYTES / SIZES[c])))
      record.slabs.tune(c, { target, rush: target, yield: yieldOf(SIZES[c], Math.floor(slab / SIZES[c])) })
    }
  }

  /** Aims the sweep at the slab to go on with. Between the record's `enter` and `leave`. */
  override aim(c: number, runs: number): boolean {
    const { record } = this
    if (record.slabs.takeCool(c) && aimFresh(record, c, this.carving)) return true
    if (runs < SLABS_PER_REFILL && aimDirty(record, c)) return true
    if (runs === 0 && aimRotated(record, c)) return true
    if (runs < SLABS_PER_REFILL && aimOrphaned(record, c, this.carving)) return true
    return aimFresh(record, c, this.carving) || aimScattered(record, c, this.carving)
  }

  protected override allocate(size: number, must: boolean): Ptr {
    return size > TINY_MAX ? this.takeLarge(size) : super.allocate(size, must)
  }

  protected takeLarge(size: number): Ptr {
    throw new InvalidSizeError('malloc', 'the size of a tiny block', size, `at most ${TINY_MAX} bytes`)
  }
}

/** Blocks of a slab that make it worth sweeping: a quarter where a sweep reads many bytes a block, else an eighth. */
function yieldOf(size: number, blocks: number): number {
  return Math.max(1, blocks >> (size <= 64 ? 2 : 3))
}
