/**
 * The errors of the heap: one class per cause, each with a stable `code` and the values that caused it.
 *
 * Errors are built last, after every check and with no allocator state half written, because building one may
 * itself fail (a caught stack overflow): nothing then needs undoing.
 *
 * Sizes that are no sizes are `RangeError`s, and arguments of the wrong kind `TypeError`s, as everywhere else in
 * JavaScript; they carry a `code` too and `isHeapError` knows them. What an argument itself throws, from a getter or a
 * proxy's trap, is passed on as it is.
 */

import { CodedError, shown } from '@hakmem/sync'

/** The codes that errors of this project carry; stable across versions. */
export type HeapErrorCode =
  | 'ERR_HAKMEM_OUT_OF_MEMORY'
  | 'ERR_HAKMEM_INVALID_POINTER'
  | 'ERR_HAKMEM_DOUBLE_FREE'
  | 'ERR_HAKMEM_FORMAT'
  | 'ERR_HAKMEM_TOO_MANY_THREADS'
  | 'ERR_HAKMEM_DETACHED'
  | 'ERR_HAKMEM_INVALID_SIZE'
  | 'ERR_HAKMEM_INVALID_ARGUMENT'
  | 'ERR_HAKMEM_INVALID_THREAD'
  | 'ERR_HAKMEM_TOO_MANY_WATCHES'
  | 'ERR_HAKMEM_LEARNING_OFF'
  | 'ERR_HAKMEM_PROFILE'

/** Base of every error about the heap's state or its pointers. */
export class HeapError extends CodedError<HeapErrorCode> {}

/** Where the memory of a heap is, in bytes, read just after a request failed. */
export interface Shortage {
  /** In extents that no thread holds. */
  readonly unclaimed: number
  /** In the longest row of these: if the request is shorter, they were given back after it had looked. */
  readonly longest: number
  /** In extents that threads left behind, by parking or ending, after the request had adopted what there was. */
  readonly orphaned: number
  /** In extents that are held, by who holds them: `thread ID`, `a dead thread`, or `nobody` (left by one that detached). */
  readonly held: Readonly<Record<string, number>>
}

/** No room for the request, after everything that this thread may collect was collected. Figures in bytes, of just after. */
export class OutOfMemoryError extends HeapError implements Shortage {
  readonly requested: number
  readonly capacity: number
  readonly unclaimed: number
  readonly longest: number
  readonly orphaned: number
  readonly held: Readonly<Record<string, number>>
  constructor(requested: number, capacity: number, { unclaimed, longest, orphaned, held }: Shortage) {
    const list = Object.entries(held).map(([who, bytes]) => `${bytes} by ${who}`)
    const room = Object.values(held).reduce((sum, bytes) => sum + bytes, unclaimed + orphaned)
    const advice =
      requested > room
        ? 'Create the heap with more `bytes`'
        : requested <= longest
          ? 'There is room by now: try again'
          : 'Free blocks, have idle threads call `park`, or create the heap with more `bytes`'
    super(
      'ERR_HAKMEM_OUT_OF_MEMORY',
      `Out of memory: ${requested} bytes do not fit. Of ${capacity} bytes, ${unclaimed} are free to all (${longest} in a ` +
        `row), ${orphaned} left behind by threads that parked or ended; held: ${list.join(', ') || 'none'}. ${advice}.`,
    )
    this.requested = requested
    this.capacity = capacity
    this.unclaimed = unclaimed
    this.longest = longest
    this.orphaned = orphaned
    this.held = held
  }
}

/** Why a value is not a pointer to a live block. */
export type InvalidPointerReason =
  | 'not a number'
  | 'not an integer from 0 to 2^32 - 1'
  | 'beyond the end of the heap'
  | 'not a multiple of 16'
  | 'in the metadata'
  | 'not the start of a block'
  | 'not allocated (it never was, or was freed before)'

/** The value given is not the start of a live block. */
export class InvalidPointerError extends HeapError {
  readonly pointer: unknown
  readonly reason: InvalidPointerReason
  constructor(operation: string, pointer: unknown, reason: InvalidPointerReason, detail = '') {
    super('ERR_HAKMEM_INVALID_POINTER', `${operation}: pointer ${shown(pointer)} is ${reason}${detail}.`)
    this.pointer = pointer
    this.reason = reason
  }
}

/** The block was freed before: by its owner, by another thread, or it waits to be collected. */
export class DoubleFreeError extends HeapError {
  readonly pointer: number
  /** Usable bytes of the block's size class. */
  readonly size: number
  /** Where the freed block is now. */
  readonly found: 'free' | 'cached' | 'freed by another thread'
  constructor(operation: string, pointer: number, size: number, found: DoubleFreeError['found']) {
    super(
      'ERR_HAKMEM_DOUBLE_FREE',
      `${operation}: the block of ${size} bytes at ${pointer} is not live: it was freed before (now ${found}).`,
    )
    this.pointer = pointer
    this.size = size
    this.found = found
  }
}

/** The buffer is not a heap that this version can attach to. */
export class HeapFormatError extends HeapError {
  constructor(message: string) {
    super('ERR_HAKMEM_FORMAT', message)
  }
}

/** Every record of the heap is taken by a thread. */
export class TooManyThreadsError extends HeapError {
  readonly threads: number
  constructor(threads: number) {
    super(
      'ERR_HAKMEM_TOO_MANY_THREADS',
      `All ${threads} thread records of this heap are taken. Create the heap with more \`threads\`, detach those that are ` +
        'done, and `watch` workers (or `reap` them): one that ended otherwise keeps its record.',
    )
    this.threads = threads
  }
}

/** What was given is no thread's id; or, to `reap` or `watch`, no thread that can be dead, or can be watched. */
export class InvalidThreadError extends HeapError {
  readonly thread: unknown
  constructor(operation: string, thread: unknown, rule: string) {
    super('ERR_HAKMEM_INVALID_THREAD', `${operation}: ${rule}, got ${shown(thread)}.`)
    this.thread = thread
  }
}

/** Threads other than the main one watch more workers than the heap has entries for. */
export class TooManyWatchesError extends HeapError {
  readonly watches: number
  constructor(watches: number) {
    super(
      'ERR_HAKMEM_TOO_MANY_WATCHES',
      `All ${watches} watch entries of this heap are taken. Create the heap with more \`threads\`, or dispose of a watch.`,
    )
    this.watches = watches
  }
}

/** The heap was created with `learning: 'off'`: its policy is the default for good. */
export class LearningOffError extends HeapError {
  constructor(operation: string) {
    super('ERR_HAKMEM_LEARNING_OFF', `${operation}: this heap was created with learning: 'off'.`)
  }
}

/** What was given is no profile that this version can take over; nothing was changed. */
export class ProfileError extends HeapError {
  /** What is wrong with it, in a few words. */
  readonly reason: string
  constructor(reason: string) {
    super('ERR_HAKMEM_PROFILE', `importProfile: the profile is refused: ${reason}.`)
    this.reason = reason
  }
}

/** The heap object was detached; attach again to use the heap. */
export class DetachedHeapError extends HeapError {
  constructor(operation: string) {
    super(
      'ERR_HAKMEM_DETACHED',
      `${operation}: this thread has detached from the heap. Use what Heap.attach(heap.handle) returns.`,
    )
  }
}

/** A size, count or alignment that is none. */
export class InvalidSizeError extends RangeError {
  readonly code: HeapErrorCode = 'ERR_HAKMEM_INVALID_SIZE'
  readonly value: unknown
  constructor(operation: string, what: string, value: unknown, rule: string) {
    super(`${operation}: ${what} must be ${rule}, got ${shown(value)}.`)
    this.name = 'InvalidSizeError'
    this.value = value
  }
}

/** What was given for options, a list or a name is none. */
export class InvalidArgumentError extends TypeError {
  readonly code: HeapErrorCode = 'ERR_HAKMEM_INVALID_ARGUMENT'
  readonly value: unknown
  constructor(operation: string, what: string, value: unknown, rule: string) {
    super(`${operation}: ${what} must be ${rule}, got ${shown(value)}.`)
    this.name = 'InvalidArgumentError'
    this.value = value
  }
}

/** True for every error that this project throws, from any of its packages. */
export function isHeapError(error: unknown): error is HeapError | InvalidSizeError | InvalidArgumentError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('ERR_HAKMEM_')
  )
}
