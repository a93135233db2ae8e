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
  isHeapError,
  OutOfMemoryError,
  type Ptr,
  type Stats,
  type ThreadStats,
  TooManyThreadsError,
} from '@hakmem/arena'
export { Heap, type HeapHandle, type HeapOptions } from './heap.ts'
export type { Site } from './site.ts'
