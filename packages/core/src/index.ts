/** @hakmem/core: a memory allocator for threads that share one SharedArrayBuffer. */

export {
  type Audit,
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
  type Mode,
  OutOfMemoryError,
  ProfileError,
  type Ptr,
  type Reaped,
  type Shortage,
  type Stats,
  type Suspect,
  type ThreadStats,
  TooManyThreadsError,
  TooManyWatchesError,
} from '@hakmem/arena'
export type { Knobs, Pin, PolicyReport, Profile } from '@hakmem/learning'
export { type AttachOptions, Heap, type HeapHandle, type HeapOptions } from './heap.ts'
export type { Site } from './site.ts'
export type { Watch, Watchable, WatchablePool, WatchableWorker } from './watch.ts'
