/**
 * A bounded queue of 32-bit numbers other than 0 (pointers), for any number of producers and consumers, first in, first
 * out. It takes one block; it needs no heap but for the block.
 *
 *     ring of 2^k words; `tail` values went in so far, `head` came out (both count on, modulo 2^32)
 *
 * Producers have a mutex, consumers have one; the two meet in `head` and `tail` only, and each side keeps what it last
 * saw of the other's. Each mutex has a bell (`Gate` of @hakmem/sync): the producers' wakes consumers that found the
 * queue empty, the consumers' wakes producers that found it full.
 *
 * Deaths. `push` has happened when `tail` is stored, `pop` when `head` is: one store each, so a mutex whose owner died
 * protects a whole queue, and the next one just goes on, after the reaping. A producer that dies in `push`: its value is
 * in or is not. A consumer that dies in `pop`: the value is gone with it or is still there. Values that were in before
 * stay, in order. Nobody sleeps on beside a value or a place because of a death.
 *
 * A queue in which producers claim cells one by one (Vyukov's) needs no mutex, but one that dies with a cell claimed stops
 * the queue, and telling its cell from one that is merely late takes what the mutex has already: an owner in the word.
 * One producer and one consumer never meet in a mutex here. `pnpm bench:sync` prints what passes between the two.
 */

import type { Heap, Ptr } from '@hakmem/core'
import {
  CannotBlockError,
  canBlock,
  deadline,
  Gate,
  InvalidValueError,
  remaining,
  requireTimeout,
  type SyncThread,
} from '@hakmem/sync'
import { NoCollectionError, QueueClosedError } from './errors.ts'

const MAGIC = 0x51484b48 // "HKHQ" in memory

// Words from its start; what producers write, what consumers write and the ring are on lines of their own (64 bytes).
const Q_MAGIC = 0
const Q_CAPACITY = 1
/** 1: closed. Any thread stores it, once. */
const Q_CLOSED = 2
/** The producers' gate; its bell is for consumers. */
const Q_IN = 16
/** Values that went in. Stored by the owner of Q_IN; read by consumers. */
const Q_TAIL = 18
/** `head` as producers last saw it. Owner of Q_IN only. */
const Q_SEEN_HEAD = 19
/** The consumers' gate; its bell is for producers. */
const Q_OUT = 32
/** Values that came out. Stored by the owner of Q_OUT; read by producers. */
const Q_HEAD = 34
/** `tail` as consumers last saw it. Owner of Q_OUT only. */
const Q_SEEN_TAIL = 35
const Q_RING = 48

const MAX_CAPACITY = 2 ** 28
const FOREVER = Number.POSITIVE_INFINITY
/** Looks before a thread goes to sleep, and steps between two: the line that it looks at is the other side's to write. */
const LOOKS = 200
const STEPS = 16

export class Queue {
  private readonly words: Int32Array
  /** Word offset. */
  private readonly at: number
  private readonly mask: number
  private readonly gateIn: Gate
  private readonly gateOut: Gate

  /** A view of the queue at byte offset `offset`, for the calling thread. Throws NoCollectionError. */
  constructor(thread: SyncThread, offset: number) {
    const { words } = thread
    if (!(offset > 0 && offset % 4 === 0) || words[(offset >>> 2) + Q_MAGIC] !== MAGIC) {
      throw new NoCollectionError('queue', offset)
    }
    this.words = words
    this.at = offset >>> 2
    this.mask = words[this.at + Q_CAPACITY] - 1
    this.gateIn = new Gate(thread, offset + 4 * Q_IN)
    this.gateOut = new Gate(thread, offset + 4 * Q_OUT)
  }

  /** Bytes that a queue for `capacity` values takes. */
  static bytes(capacity: number): number {
    return 4 * (Q_RING + roomFor(capacity))
  }

  /**
   * Makes an empty queue in `bytes(capacity)` bytes at byte offset `offset`, a multiple of 4 (of 64 is faster).
   * `capacity`: 1 to 2^28, rounded up to a power of two. Throws InvalidValueError.
   */
  static init(thread: SyncThread, offset: number, capacity: number): Queue {
    const { words } = thread
    const room = roomFor(capacity)
    const at = offset >>> 2
    words.fill(0, at, at + Q_RING)
    words[at + Q_CAPACITY] = room
    words[at + Q_MAGIC] = MAGIC
    return new Queue(thread, offset)
  }

  /** Makes an empty queue in a block of the heap: `queue.ptr` is what other threads need. Throws OutOfMemoryError too. */
  static create(heap: Heap, capacity: number): Queue {
    return Queue.init(heap.sync, heap.memalign(64, Queue.bytes(capacity)), capacity)
  }

  /** A view of the queue at `ptr`. Throws NoCollectionError. */
  static at(heap: Heap, ptr: number): Queue {
    return new Queue(heap.sync, ptr)
  }

  /** Frees the block of a queue that nobody uses any more, with no regard to what is in it. */
  static destroy(heap: Heap, ptr: number): void {
    const queue = Queue.at(heap, ptr)
    queue.words[queue.at + Q_MAGIC] = 0
    heap.free(ptr)
  }

  /** Where it lies, in bytes: send this number to other threads. */
  get ptr(): Ptr {
    return (this.at * 4) as Ptr
  }

  get capacity(): number {
    return this.mask + 1
  }

  /** Values that are in it; out of date when others use it. */
  get size(): number {
    const { words, at } = this
    const head = Atomics.load(words, at + Q_HEAD)
    return Math.max(0, Math.min(this.mask + 1, (Atomics.load(words, at + Q_TAIL) - head) | 0))
  }

  get isClosed(): boolean {
    return Atomics.load(this.words, this.at + Q_CLOSED) !== 0
  }

  // ---- in -----------------------------------------------------------------------------------------------------------

  /**
   * Puts `value`, a whole number from 1 to 2^32 - 1, in if there is room. Never sleeps but for another producer. Throws
   * QueueClosedError, InvalidValueError.
   */
  tryPush(value: number): boolean {
    if (!(value > 0 && value >>> 0 === value)) throw invalid('tryPush', value)
    const { words, at, mask, gateIn } = this
    gateIn.lock()
    if (words[at + Q_CLOSED] !== 0) {
      gateIn.unlock()
      throw new QueueClosedError(this.ptr)
    }
    const tail = words[at + Q_TAIL]
    if (((tail - words[at + Q_SEEN_HEAD]) | 0) > mask) {
      // Partner: tryPop, which has read the place that is written next.
      words[at + Q_SEEN_HEAD] = Atomics.load(words, at + Q_HEAD)
      if (((tail - words[at + Q_SEEN_HEAD]) | 0) > mask) {
        gateIn.unlock()
        return false
      }
    }
    words[at + Q_RING + (tail & mask)] = value
    // Partner: tryPop, which may read the place from now on.
    Atomics.store(words, at + Q_TAIL, (tail + 1) | 0)
    if ((Atomics.load(words, at + Q_IN + 1) & 1) !== 0) gateIn.ring()
    gateIn.unlock()
    return true
  }

  /** As `tryPush`, and sleeps while there is no room. Throws CannotBlockError too. */
  push(value: number): void {
    if (!this.tryPush(value)) this.awaitRoom('push', value, FOREVER)
  }

  /** As `push`, for at most `timeout` milliseconds; whether `value` is in. */
  timedPush(value: number, timeout: number): boolean {
    return this.tryPush(value) || this.awaitRoom('timedPush', value, timeout)
  }

  private awaitRoom(operation: string, value: number, timeout: number): boolean {
    const { gateOut } = this
    if (!canBlock) throw new CannotBlockError(operation, 'pushAsync')
    requireTimeout(operation, timeout)
    const end = deadline(timeout)
    this.look(Q_HEAD)
    let isIn: boolean
    let bell: number
    gateOut.join()
    try {
      do {
        bell = gateOut.listen()
        isIn = this.tryPush(value)
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

  /** Takes the value that has been in longest; 0 if there is none. Never sleeps but for another consumer. */
  tryPop(): number {
    const { words, at, mask, gateOut } = this
    gateOut.lock()
    const head = words[at + Q_HEAD]
    if (head === words[at + Q_SEEN_TAIL]) {
      // Partner: tryPush, which has written the places before it.
      words[at + Q_SEEN_TAIL] = Atomics.load(words, at + Q_TAIL)
      if (head === words[at + Q_SEEN_TAIL]) {
        gateOut.unlock()
        return 0
      }
    }
    const value = words[at + Q_RING + (head & mask)] >>> 0
    // Partner: tryPush, which may write the place from now on.
    Atomics.store(words, at + Q_HEAD, (head + 1) | 0)
    if ((Atomics.load(words, at + Q_OUT + 1) & 1) !== 0) gateOut.ring()
    gateOut.unlock()
    return value
  }

  /** As `tryPop`, and sleeps while there is none; 0 if the queue is closed and empty. Throws CannotBlockError. */
  pop(): number {
    return this.tryPop() || this.awaitValue('pop', FOREVER)
  }

  /** As `pop`, for at most `timeout` milliseconds, and 0 also when they are over. */
  timedPop(timeout: number): number {
    return this.tryPop() || this.awaitValue('timedPop', timeout)
  }

  private awaitValue(operation: string, timeout: number): number {
    const { words, at, gateIn } = this
    if (!canBlock) throw new CannotBlockError(operation, 'popAsync')
    requireTimeout(operation, timeout)
    const end = deadline(timeout)
    this.look(Q_TAIL)
    let value: number
    let bell: number
    let isClosed: boolean
    gateIn.join()
    try {
      do {
        bell = gateIn.listen()
        // If it was closed before the look that follows, nothing came in after that.
        isClosed = Atomics.load(words, at + Q_CLOSED) !== 0
        value = this.tryPop()
      } while (value === 0 && !isClosed && gateIn.sleep(bell, remaining(end)))
    } finally {
      gateIn.leave()
    }
    return value
  }

  /** As `timedPop`, without blocking the thread. Rejects with NoWaitAsyncError. */
  async popAsync(timeout: number = FOREVER): Promise<number> {
    const { words, at, gateIn } = this
    requireTimeout('popAsync', timeout)
    const end = deadline(timeout)
    let value = this.tryPop()
    if (value !== 0) return value
    gateIn.join()
    try {
      for (;;) {
        const bell = gateIn.listen()
        const isClosed = Atomics.load(words, at + Q_CLOSED) !== 0
        value = this.tryPop()
        if (value !== 0 || isClosed) return value
        if (!(await gateIn.sleepAsync(bell, remaining(end)))) return 0
      }
    } finally {
      gateIn.leave()
    }
  }

  /** Looks a while whether the other side moves. */
  private look(word: number): void {
    const { words, at } = this
    const before = Atomics.load(words, at + word)
    for (let step = 0; step < LOOKS * STEPS; step++) {
      if (step % STEPS === 0 && Atomics.load(words, at + word) !== before) return
    }
  }

  /**
   * Lets nothing in any more, and wakes all: `push` throws, `pop` takes what is left and then returns 0. Any thread, any
   * number of times.
   */
  close(): void {
    const { words, at, gateIn, gateOut } = this
    // Both at once: a death leaves neither side untold.
    gateIn.lock()
    gateOut.lock()
    Atomics.store(words, at + Q_CLOSED, 1)
    gateIn.ringAll()
    gateOut.ringAll()
    gateOut.unlock()
    gateIn.unlock()
  }
}

function roomFor(capacity: number): number {
  if (!(Number.isInteger(capacity) && capacity >= 1 && capacity <= MAX_CAPACITY)) {
    throw new InvalidValueError('Queue', 'the capacity', capacity, `a whole number from 1 to ${MAX_CAPACITY}`)
  }
  return 2 ** Math.ceil(Math.log2(capacity))
}

function invalid(operation: string, value: unknown): InvalidValueError {
  return new InvalidValueError(operation, 'the value', value, 'a whole number from 1 to 2^32 - 1')
}
