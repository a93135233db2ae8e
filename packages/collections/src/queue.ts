/**
 * A bounded queue of 32-bit numbers other than 0 (pointers), for any number of producers and consumers, first in, first
 * out. It takes one block; it needs no heap but for the block. How it lies in memory: `queue-ring.ts`.
 *
 * Deaths. A producer that dies in `push`: its value is in or is not (in `pushMany`, all of those for which there was room at
 * once). A consumer that dies in `pop`: the value is gone with it or is still there. Values that were in before stay, in
 * order, after the reaping. Nobody sleeps on beside a value or a place because of a death.
 *
 * A queue in which producers claim cells one by one (Vyukov's) needs no mutex, but one that dies with a cell claimed stops
 * the queue, and telling its cell from one that is merely late takes what the mutex has already: an owner in the word.
 * One producer and one consumer never meet in a mutex here. `pnpm bench:sync` prints what passes between the two.
 */

import type { Heap } from '@hakmem/core'
import {
  CannotBlockError,
  canBlock,
  deadline,
  remaining,
  requireTimeout,
  type SyncThread,
} from '@hakmem/sync'
import { requireHeap } from './errors.ts'
import { QueueRing } from './queue-ring.ts'

const FOREVER = Number.POSITIVE_INFINITY
/** Looks before a thread goes to sleep, and steps between two: the line that it looks at is the other side's to write. */
const LOOKS = 200
const STEPS = 16

export class Queue extends QueueRing {
  /**
   * Makes an empty queue in `bytes(capacity)` bytes at byte offset `offset`, a multiple of 4 (of 64 is faster).
   * `capacity`: 1 to 2^28, rounded up to a power of two. Throws InvalidValueError.
   */
  static init(thread: SyncThread, offset: number, capacity: number): Queue {
    QueueRing.lay(thread, offset, capacity)
    return new Queue(thread, offset)
  }

  /** Makes an empty queue in a block of the heap: `queue.ptr` is what other threads need. Throws OutOfMemoryError too. */
  static create(heap: Heap, capacity: number): Queue {
    requireHeap('create', heap)
    return Queue.init(heap.sync, heap.memalign(64, Queue.bytes(capacity)), capacity)
  }

  /** A view of the queue at `ptr`. Throws NoCollectionError. */
  static at(heap: Heap, ptr: number): Queue {
    requireHeap('at', heap)
    return new Queue(heap.sync, ptr)
  }

  /** Frees the block of a queue that nobody uses any more, with no regard to what is in it. */
  static destroy(heap: Heap, ptr: number): void {
    const queue = Queue.at(heap, ptr)
    queue.erase()
    heap.free(ptr)
  }

  // ---- in -----------------------------------------------------------------------------------------------------------

  /** As `tryPush`, and sleeps while there is no room. Throws CannotBlockError too. */
  push(value: number): void {
    if (!this.tryPush(value)) this.awaitRoom('push', value, FOREVER)
  }

  /** As `push`, for at most `timeout` milliseconds; whether `value` is in. */
  timedPush(value: number, timeout: number): boolean {
    return this.tryPush(value) || this.awaitRoom('timedPush', value, timeout)
  }

  /**
   * Puts the first `count` of `values` in, all unless told, in order, and sleeps while there is no room; values of
   * others may come between if it does. None may be 0. Throws as `push`; what was in by then stays in.
   */
  pushMany(values: Uint32Array, count?: number): void {
    const done = this.pushSome('pushMany', values, 0, count)
    if (done < (count ?? values.length))
      this.awaitRoom('pushMany', done, FOREVER, values, count ?? values.length)
  }

  /** Waits for room for `value`; or for the first `count` of `values`, of which the first `value` are in. */
  private awaitRoom(
    operation: string,
    value: number,
    timeout: number,
    values?: Uint32Array,
    count = 0,
  ): boolean {
    const { gateOut } = this
    if (!canBlock) throw new CannotBlockError(operation, 'pushAsync')
    requireTimeout(operation, timeout)
    const end = deadline(timeout)
    this.look(this.headWord)
    let done = value
    let isIn: boolean
    let bell: number
    gateOut.join()
    try {
      do {
        bell = gateOut.listen()
        if (values === undefined) isIn = this.tryPush(value)
        else {
          done += this.pushSome(operation, values, done, count)
          isIn = done === count
        }
      } while (!isIn && gateOut.sleep(bell, remaining(end)))
    } finally {
      gateOut.leave()
    }
    return isIn
  }

  /** As `timedPush`, without blocking the thread. Rejects as it throws, and with NoWaitAsyncError. */
  async pushAsync(value: number, timeout: number = FOREVER): Promise<boolean> {
    const { gateOut } = this
    requireTimeout('pushAsync', timeout)
    const end = deadline(timeout)
    if (this.tryPush(value)) return true
    gateOut.join()
    try {
      for (;;) {
        const bell = gateOut.listen()
        if (this.tryPush(value)) return true
        if (!(await gateOut.sleepAsync(bell, remaining(end)))) return false
      }
    } finally {
      gateOut.leave()
    }
  }

  // ---- out ----------------------------------------------------------------------------------------------------------

  /** As `tryPop`, and sleeps while there is none; 0 if the queue is closed and empty. Throws CannotBlockError. */
  pop(): number {
    return this.tryPop() || this.awaitValue('pop', FOREVER)
  }

  /** As `pop`, for at most `timeout` milliseconds, and 0 also when they are over. */
  timedPop(timeout: number): number {
    return this.tryPop() || this.awaitValue('timedPop', timeout)
  }

  /**
   * As `tryPopMany`, and sleeps while there is none: at least one, or 0 if the queue is closed and empty or `into` has no
   * room. Throws CannotBlockError too.
   */
  popMany(into: Uint32Array): number {
    const count = this.tryPopMany(into)
    return count > 0 || into.length === 0 ? count : this.awaitValue('popMany', FOREVER, into)
  }

  /** Waits for a value; or for some, which go into `into`. */
  private awaitValue(operation: string, timeout: number, into?: Uint32Array): number {
    const { words, gateIn } = this
    if (!canBlock) throw new CannotBlockError(operation, 'popAsync')
    requireTimeout(operation, timeout)
    const end = deadline(timeout)
    this.look(this.tailWord)
    let value: number
    let bell: number
    let isClosed: boolean
    gateIn.join()
    try {
      do {
        bell = gateIn.listen()
        // If it was closed before the look that follows, nothing came in after that.
        isClosed = Atomics.load(words, this.closedWord) !== 0
        value = into === undefined ? this.tryPop() : this.tryPopMany(into)
      } while (value === 0 && !isClosed && gateIn.sleep(bell, remaining(end)))
    } finally {
      gateIn.leave()
    }
    return value
  }

  /** As `timedPop`, without blocking the thread. Rejects with NoWaitAsyncError. */
  async popAsync(timeout: number = FOREVER): Promise<number> {
    const { words, gateIn } = this
    requireTimeout('popAsync', timeout)
    const end = deadline(timeout)
    let value = this.tryPop()
    if (value !== 0) return value
    gateIn.join()
    try {
      for (;;) {
        const bell = gateIn.listen()
        const isClosed = Atomics.load(words, this.closedWord) !== 0
        value = this.tryPop()
        if (value !== 0 || isClosed) return value
        if (!(await gateIn.sleepAsync(bell, remaining(end)))) return 0
      }
    } finally {
      gateIn.leave()
    }
  }

  /** Looks a while whether the other side moves the word. */
  private look(word: number): void {
    const { words } = this
    const before = Atomics.load(words, word)
    for (let step = 0; step < LOOKS * STEPS; step++) {
      if (step % STEPS === 0 && Atomics.load(words, word) !== before) return
    }
  }
}
