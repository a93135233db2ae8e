/**
 * What a queue is in memory, and its operations that do not sleep.
 *
 *     ring of 2^k words; `tail` values went in so far, `head` came out (both count on, modulo 2^32)
 *
 * Producers have a mutex, consumers have one; the two meet in `head` and `tail` only, and each side keeps what it last
 * saw of the other's. Each mutex has a bell (`Gate` of @hakmem/sync): the producers' wakes consumers that found the
 * queue empty, the consumers' wakes producers that found it full.
 *
 * Values are in when `tail` is stored and out when `head` is: one store, of one value or many, so a mutex whose owner died
 * protects a whole queue, and the next one just goes on.
 */

import type { Ptr } from '@hakmem/core'
import { Gate, InvalidValueError, type SyncThread } from '@hakmem/sync'
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
const VALUE = 'a whole number from 1 to 2^32 - 1'
const VALUES = 'a Uint32Array'

/** @internal `Queue` is what users see of it. */
export class QueueRing {
  protected readonly words: Int32Array
  /** Word offset. */
  protected readonly at: number
  protected readonly mask: number
  protected readonly gateIn: Gate
  protected readonly gateOut: Gate

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

  /** Bytes that a queue for `capacity` values takes. Throws InvalidValueError. */
  static bytes(capacity: number): number {
    return 4 * (Q_RING + roomFor(capacity))
  }

  /** Writes an empty queue at byte offset `offset`. */
  protected static lay({ words }: SyncThread, offset: number, capacity: number): void {
    const room = roomFor(capacity)
    const at = offset >>> 2
    words.fill(0, at, at + Q_RING)
    words[at + Q_CAPACITY] = room
    words[at + Q_MAGIC] = MAGIC
  }

  /** Makes it none. */
  protected erase(): void {
    this.words[this.at + Q_MAGIC] = 0
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

  /** Words that whoever waits for values, or for room, looks at. */
  protected get tailWord(): number {
    return this.at + Q_TAIL
  }

  protected get headWord(): number {
    return this.at + Q_HEAD
  }

  protected get closedWord(): number {
    return this.at + Q_CLOSED
  }

  /**
   * Puts `value`, a whole number from 1 to 2^32 - 1, in if there is room. Never sleeps but for another producer. Throws
   * QueueClosedError, InvalidValueError.
   */
  tryPush(value: number): boolean {
    if (!(value > 0 && value >>> 0 === value)) throw invalid('push', value, VALUE)
    const { words, at, mask, gateIn } = this
    gateIn.lock()
    if (words[at + Q_CLOSED] !== 0) {
      gateIn.unlock()
      throw new QueueClosedError(this.ptr)
    }
    const tail = words[at + Q_TAIL]
    if (((tail - words[at + Q_SEEN_HEAD]) | 0) > mask) {
      // Partner: tryPop and tryPopMany, which have read the place that is written next.
      words[at + Q_SEEN_HEAD] = Atomics.load(words, at + Q_HEAD)
      if (((tail - words[at + Q_SEEN_HEAD]) | 0) > mask) {
        gateIn.unlock()
        return false
      }
    }
    words[at + Q_RING + (tail & mask)] = value
    // Partner: tryPop and tryPopMany, which may read the place from now on.
    Atomics.store(words, at + Q_TAIL, (tail + 1) | 0)
    if ((Atomics.load(words, at + Q_IN + 1) & 1) !== 0) gateIn.ring()
    gateIn.unlock()
    return true
  }

  /**
   * Puts the first of `values` in, at most `most`, as many as there is room for, in one step; how many. None may be 0.
   * Never sleeps but for another producer. Throws QueueClosedError, InvalidValueError; then none of them is in.
   */
  tryPushMany(values: Uint32Array, most?: number): number {
    return this.pushSome('tryPushMany', values, 0, most)
  }

  /** `tryPushMany` for the values from index `from` up to `most`. */
  protected pushSome(operation: string, values: Uint32Array, from: number, most?: number): number {
    if (!(values instanceof Uint32Array)) throw invalid(operation, values, VALUES)
    const end = most ?? values.length
    if (end >>> 0 !== end || end > values.length) throw invalid(operation, end, `at most ${values.length}`)
    const { words, at, mask, gateIn } = this
    const wanted = end - from
    gateIn.lock()
    const isClosed = words[at + Q_CLOSED] !== 0
    const tail = words[at + Q_TAIL]
    let room = mask + 1 - ((tail - words[at + Q_SEEN_HEAD]) | 0)
    if (room < wanted) {
      // Partner: tryPop and tryPopMany, which have read the places that are written next.
      words[at + Q_SEEN_HEAD] = Atomics.load(words, at + Q_HEAD)
      room = mask + 1 - ((tail - words[at + Q_SEEN_HEAD]) | 0)
    }
    const count = isClosed ? 0 : Math.min(room, wanted)
    const ring = at + Q_RING
    let k = 0
    for (; k < count; k++) {
      const value = values[from + k] | 0
      if (value === 0) break
      words[ring + ((tail + k) & mask)] = value
    }
    const isGood = k === count
    if (isGood && count > 0) {
      // Partner: tryPop and tryPopMany, which may read the places from now on.
      Atomics.store(words, at + Q_TAIL, (tail + count) | 0)
      // One for each value, as long as any may sleep.
      for (k = 0; k < count && (Atomics.load(words, at + Q_IN + 1) & 1) !== 0; k++) gateIn.ring()
    }
    gateIn.unlock()
    if (isClosed) throw new QueueClosedError(this.ptr)
    if (!isGood) throw invalid(operation, 0, VALUE)
    return count
  }

  /** Takes the value that has been in longest; 0 if there is none. Never sleeps but for another consumer. */
  tryPop(): number {
    const { words, at, mask, gateOut } = this
    gateOut.lock()
    const head = words[at + Q_HEAD]
    if (head === words[at + Q_SEEN_TAIL]) {
      // Partner: tryPush and pushSome, which have written the places before it.
      words[at + Q_SEEN_TAIL] = Atomics.load(words, at + Q_TAIL)
      if (head === words[at + Q_SEEN_TAIL]) {
        gateOut.unlock()
        return 0
      }
    }
    const value = words[at + Q_RING + (head & mask)] >>> 0
    // Partner: tryPush and pushSome, which may write the place from now on.
    Atomics.store(words, at + Q_HEAD, (head + 1) | 0)
    if ((Atomics.load(words, at + Q_OUT + 1) & 1) !== 0) gateOut.ring()
    gateOut.unlock()
    return value
  }

  /**
   * Takes the values that have been in longest, as many as there are and fit into `into`, in one step; how many. Never sleeps
   * but for another consumer. Throws InvalidValueError.
   */
  tryPopMany(into: Uint32Array): number {
    if (!(into instanceof Uint32Array)) throw invalid('tryPopMany', into, 'a Uint32Array')
    const { words, at, mask, gateOut } = this
    gateOut.lock()
    const head = words[at + Q_HEAD]
    if (((words[at + Q_SEEN_TAIL] - head) | 0) < into.length) {
      // Partner: tryPush and pushSome, which have written the places before it.
      words[at + Q_SEEN_TAIL] = Atomics.load(words, at + Q_TAIL)
    }
    const count = Math.min((words[at + Q_SEEN_TAIL] - head) | 0, into.length)
    for (let k = 0; k < count; k++) into[k] = words[at + Q_RING + ((head + k) & mask)]
    if (count > 0) {
      // Partner: tryPush and pushSome, which may write the places from now on.
      Atomics.store(words, at + Q_HEAD, (head + count) | 0)
      for (let k = 0; k < count && (Atomics.load(words, at + Q_OUT + 1) & 1) !== 0; k++) gateOut.ring()
    }
    gateOut.unlock()
    return count
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

function invalid(operation: string, value: unknown, rule: string): InvalidValueError {
  return new InvalidValueError(operation, 'the value', value, rule)
}
