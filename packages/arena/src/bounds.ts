/**
 * Bounds: what one thread can keep from the others, and how many steps an operation takes, at most. Functions of the
 * geometry, for the tests and the documentation; nothing else reads them.
 *
 * A thread holds whole extents. One that is attached and does nothing keeps all of those which it held when it last did
 * something, whatever was freed to it since: `park` before idling is what bounds it, to nothing. The same goes for what one
 * that detached left vacant, until another attaches or memory gets short. What it keeps of blocks
 * that it freed itself is bounded by its caches: a cached block keeps its run, and a run its extents. The same goes for
 * one that only frees: it adopts the extents of threads that left, and gives back what is free in them.
 *
 * Steps are ordered operations (see `ordering.ts`), reads of state bytes included. Loops over links (rings, the
 * free-run index, caches) take as many steps as the thread has runs, or as a cache has entries.
 */

import { CACHED_MAX, CLASS_OF, MID_CLASSES, SIZES, SMALL_CLASSES, TINY_CLASSES } from './classes.ts'
import { STOWED_CLASSES } from './depot.ts'
import { type Geometry, PAGE } from './layout.ts'

export interface Bounds {
  /** Bytes of the blocks in one thread's caches, and in its magazines. */
  readonly cached: number
  readonly stowed: number
  /**
   * Bytes that a thread keeps which has freed all its blocks itself, and had `peak` bytes in use at most, in a heap of
   * which half was in use before it freed (`Runs.isShort`; till then it keeps all that it claimed): extents with a cached
   * block in them, free ones up to a quarter of what is in use and two, and 2 % in retained runs, where they are retained.
   */
  readonly idle: (peak: number) => number
  /** The same if it only used class `c`. */
  readonly idleIn: (c: number, peak: number) => number
  /** Bytes that a thread keeps after `flush`, for each live block of `size` bytes in its extents, the block included. */
  readonly flushed: (size: number) => number
  /** Ordered operations of: malloc from a cache and free into one; free of another thread's block (not an orphan's). */
  readonly fast: number
  readonly remoteFree: number
  /** Reads of state bytes by the longest malloc or free: one that fails on a full heap, all of it orphans. */
  readonly blockReads: number
  /** Other ordered operations of the same, where no other thread interferes. */
  readonly otherSteps: number
}

export function boundsOf(g: Geometry): Bounds {
  const extent = 2 ** g.extentShift
  const room = (g.extents - g.firstExtent) * extent
  /** Extents that a run of `bytes` lies in, at most. */
  const spread = (bytes: number) => Math.ceil((bytes - 4096) / extent) + 1
  // Slabs are aligned.
  const extentsOf = (c: number) =>
    c <= TINY_CLASSES ? 1 : spread(c <= MID_CLASSES ? g.segments[c] * PAGE : SIZES[c])
  const magazine = (c: number) => (c <= STOWED_CLASSES ? ((g.caps[c] >>> 1) + 1) & -2 : 0)
  const pinned = (c: number) => (g.caps[c] + g.magazines * magazine(c)) * extentsOf(c) * extent
  const free = (peak: number) => 0.25 * peak + 2 * extent + 0.02 * peak
  let cached = 0
  let stowed = 0
  let allPinned = 0
  for (let c = 1; c <= SMALL_CLASSES; c++) {
    cached += g.caps[c] * SIZES[c]
    stowed = Math.max(stowed, g.magazines * magazine(c) * SIZES[c])
    allPinned += pinned(c)
  }
  const blocks = room / 16
  return {
    cached,
    stowed,
    idle: (peak) => Math.min(room, allPinned + free(peak)),
    idleIn: (c, peak) => Math.min(room, pinned(c) + free(peak)),
    flushed: (size) => (size <= CACHED_MAX ? extentsOf(CLASS_OF[(size + 15) >>> 4]) : spread(size)) * extent,
    fast: 0,
    remoteFree: 5,
    // Each once to collect, once more where a run is empty, and the sweeps of one refill.
    blockReads: 3 * blocks,
    // Per page a flag of a run and its adoption; per extent two searches of three attempts, and the orphans; per thread
    // five looks for room, four times each for a vacant record.
    otherSteps: 4 * g.pages + 16 * g.extents + 24 * g.threads + 64 * SMALL_CLASSES,
  }
}
