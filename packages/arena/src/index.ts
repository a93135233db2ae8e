/**
 * @hakmem/arena: what every tier stands on. One SharedArrayBuffer with its layout, the ordering of shared accesses,
 * state map, records, extents, page runs, per-thread caches, counters and the audit.
 *
 * The heap that most programs want is `Heap` in `@hakmem/core`; import this package to use one tier alone.
 */

export { add, glance, load, mark, peek, store, swap } from '#ordering'
export { Arena, type ArenaOptions, isSameMemory } from './arena.ts'
export { type Audit, audit } from './audit.ts'
export { type Bounds, boundsOf } from './bounds.ts'
export type { SharedMemory } from './bulk.ts'
export { BlockCache } from './cache.ts'
export {
  CACHED_MAX,
  CLASS_OF,
  GRAIN,
  LARGE,
  LARGE_MIN,
  MID_CLASSES,
  SIZES,
  SMALL_CLASSES,
  TINY_CLASSES,
  TINY_MAX,
} from './classes.ts'
export { COUNTERS, type CounterName } from './counters.ts'
export {
  DetachedHeapError,
  DoubleFreeError,
  HeapError,
  type HeapErrorCode,
  HeapFormatError,
  InvalidArgumentError,
  InvalidPointerError,
  type InvalidPointerReason,
  InvalidSizeError,
  InvalidThreadError,
  isHeapError,
  LearningOffError,
  OutOfMemoryError,
  ProfileError,
  type Shortage,
  TooManyThreadsError,
  TooManyWatchesError,
} from './errors.ts'
export { EventReader, type OnEvent } from './event-reader.ts'
export { FREED, RESIZED, TOOK } from './events.ts'
export {
  KNOB_NAMES,
  KNOBS,
  type Knob,
  nextPolicy,
  packPolicy,
  type Setting,
  settingOf,
  strategyOf,
} from './knobs.ts'
export type { Mode } from './layout.ts'
export * as layout from './layout.ts'
export {
  CONT,
  FLAG_COUNTERS,
  FLAG_TYPES,
  isThreadId,
  type MARKED,
  PAGE,
  R_BATCH,
  R_BATCH_COUNT,
  R_OUT,
  R_PROBE,
} from './layout.ts'
export { membersOf } from './members.ts'
export { type BlockExtent, blockAround, classAt, type Ptr, pointerError, sizeAt } from './pointers.ts'
export { type Reaped, reap, type Suspect } from './reap.ts'
export { ThreadRecord } from './record.ts'
export { aimDirty, aimFresh, aimOrphaned, aimRotated, aimScattered, type Carving } from './refill.ts'
export { announce, type IN_ORDER } from './remote.ts'
export { Runs } from './runs.ts'
export { type Stats, stats, type ThreadStats } from './stats.ts'
export { Watches } from './watches.ts'
