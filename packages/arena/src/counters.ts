/**
 * Counters of every stage, in each thread's record: written plainly by the record's thread, readable from any
 * (a reader may see a count that is a moment old). 32 bits each, wrapping. Never reset, so they outlive threads.
 */

/** Word offsets from R_COUNTERS, by name. */
export const COUNTERS = {
  /** Refills that were served from the run being swept. */
  refillOwn: 0,
  /** Runs taken up because other threads had freed into them, or because enough of them was known free. */
  refillDirty: 1,
  /** Runs begun in pages that this thread already held. */
  refillFresh: 2,
  /** Orphans adopted: extents of threads that parked, that died, or whose vacant record was dissolved. */
  refillAdopted: 3,
  /** Extents claimed. */
  refillExtent: 4,
  /** Blocks handed to caches by sweeps. */
  refilled: 5,
  /** Blocks collected that other threads had freed. */
  collected: 6,
  /** Flagged runs announced to their owners by frees of this thread. */
  announced: 7,
  /** Flushes of a full cache, and blocks that they returned to their runs. */
  flushes: 8,
  flushed: 9,
  /** Runs given back, and extents given back. */
  runsRetired: 10,
  extentsReleased: 11,
  /** Large runs: allocated, freed by their owner, served from the retained ones, grown in place. */
  largeTaken: 12,
  largeFreed: 13,
  largeRetained: 14,
  largeGrown: 15,
  /** Early returns, by cause. */
  outOfMemory: 16,
  invalidSize: 17,
  invalidPointer: 18,
  doubleFree: 19,
  /** Events: caches dropped by a recovery, recoveries, answers to pressure from another thread, parks. */
  listsDropped: 20,
  recovered: 21,
  pressure: 22,
  parks: 23,
  /** Extents claimed that this thread's shard had touched first, and those that another had. */
  claimedHome: 24,
  claimedAway: 25,
  /** Marks found by a look without an announcement; announcements held back to go in one. */
  rotated: 26,
  bundled: 27,
  /** Changes of the policy word that this thread followed. */
  followed: 28,
  /** Magazines set aside by full caches, and those that refills took back. */
  stowed: 29,
  reloaded: 30,
  /** Records left vacant; records of others that were taken over, and those that were dissolved. */
  vacated: 31,
  takenOver: 35,
  dissolved: 36,
  /** Every operation, only with `counters: true`. */
  mallocs: 32,
  freesLocal: 33,
  freesRemote: 34,
} as const

export type CounterName = keyof typeof COUNTERS
