/**
 * A barrier: so many threads wait for each other. One word:
 *
 *     rounds so far (12 bits) | parties (10) | arrived (10)
 *
 * so that the arrival of the last one ends the round in the same step, and no death can come in between. A thread that
 * died waiting has arrived. One that died before will never: whoever learns of it (`heap.watch`) calls `drop`.
 *
 * The number of rounds wraps: a thread that is woken and does not run for 4096 rounds waits for the next one.
 */

import { CannotBlockError, NotInitialisedError } from './errors.ts'
import { requireTimeout, requireWhole, wordAt } from './offsets.ts'
import type { SyncThread } from './thread.ts'
import { canBlock, deadline, remaining } from './wait.ts'
import { waitOn } from './wait-async.ts'
import { WAKE } from './words.ts'

const BITS = 10
const MAX_PARTIES = 2 ** BITS - 1
const ROUND = 2 ** (2 * BITS)

const arrivedOf = (word: number): number => word & MAX_PARTIES
const partiesOf = (word: number): number => (word >>> BITS) & MAX_PARTIES
const roundOf = (word: number): number => word >>> (2 * BITS)

export class Barrier {
  /** Bytes that it takes, at a multiple of 4; all zero is one that waits for `init`. */
  static readonly BYTES: number = 4
  private readonly thread: SyncThread
  private at: number
  private key: number

  /** A view of the barrier at byte offset `offset`, for the calling thread. Throws InvalidValueError. */
  constructor(thread: SyncThread, offset: number) {
    this.thread = thread
    this.at = wordAt(thread.words, 'Barrier', offset, Barrier.BYTES)
    this.key = offset + WAKE
  }

  /** Where it lies, in bytes. */
  get offset(): number {
    return this.key - WAKE
  }

  /** Makes this the view of another barrier. Throws InvalidValueError. */
  moveTo(offset: number): this {
    this.at = wordAt(this.thread.words, 'moveTo', offset, Barrier.BYTES)
    this.key = offset + WAKE
    return this
  }

  /** Makes it a barrier of `parties` threads, 1 to 1023; once, before any of them waits. Throws InvalidValueError. */
  init(parties: number): this {
    requireWhole('init', 'the number of parties', parties, 1, MAX_PARTIES)
    Atomics.store(this.thread.words, this.at, parties << BITS)
    return this
  }

  /** How many threads a round takes. */
  get parties(): number {
    return partiesOf(Atomics.load(this.thread.words, this.at))
  }

  /**
   * Blocks until all parties have come. True for the one that came last. Throws NotInitialisedError, and
   * CannotBlockError without having arrived.
   */
  wait(): boolean {
    return this.await('wait', Number.POSITIVE_INFINITY) === 'last'
  }

  /**
   * As `wait`, for at most `timeout` milliseconds, but true for all whose round ended; false: this thread has not
   * arrived.
   */
  timedWait(timeout: number): boolean {
    requireTimeout('timedWait', timeout)
    return this.await('timedWait', timeout) !== 'left'
  }

  private await(operation: string, timeout: number): Arrival {
    if (!canBlock) throw new CannotBlockError(operation, 'waitAsync')
    const { thread, at, key } = this
    const end = deadline(timeout)
    thread.enter(key)
    let arrival: Arrival
    try {
      const round = this.arrive(operation)
      arrival = round < 0 ? 'last' : 'waits'
      while (arrival === 'waits') {
        const word = Atomics.load(thread.words, at)
        if (roundOf(word) !== round) arrival = 'passed'
        // Partner: arrive, drop, handOn.
        else if (Atomics.wait(thread.words, at, word, remaining(end)) === 'timed-out')
          arrival = this.leave(round)
      }
    } finally {
      thread.leave(key)
    }
    return arrival
  }

  /** As `timedWait`, without blocking the thread. Rejects with NotInitialisedError, NoWaitAsyncError. */
  async waitAsync(timeout: number = Number.POSITIVE_INFINITY): Promise<boolean> {
    requireTimeout('waitAsync', timeout)
    const { thread, offset } = this
    const own = new Barrier(thread, offset)
    const end = deadline(timeout)
    thread.enter(own.key)
    try {
      const round = own.arrive('waitAsync')
      while (round >= 0) {
        const word = Atomics.load(thread.words, own.at)
        if (roundOf(word) !== round) break
        if ((await waitOn(thread.words, own.at, word, remaining(end))) !== 'timed-out') continue
        if (own.leave(round) === 'left') return false
      }
      return true
    } finally {
      thread.leave(own.key)
    }
  }

  /** One party less, for a thread that will not come again: its round ends if only it was waited for. Any thread. */
  drop(): void {
    const { thread, at, key } = this
    const { words } = thread
    thread.enter(key)
    for (;;) {
      const word = Atomics.load(words, at)
      const parties = partiesOf(word) - 1
      if (parties < 0) {
        thread.leave(key)
        throw new NotInitialisedError('drop', this.offset)
      }
      const isLast = parties > 0 && arrivedOf(word) === parties
      const next = isLast ? nextRound(word, parties) : word - (1 << BITS)
      if (Atomics.compareExchange(words, at, word, next | 0) !== word) continue
      if (isLast) Atomics.notify(words, at)
      thread.leave(key)
      return
    }
  }

  /** The round in which the thread now waits, or -1 if it was the last one that was missing. */
  private arrive(operation: string): number {
    const { thread, at } = this
    const { words } = thread
    for (;;) {
      const word = Atomics.load(words, at)
      const parties = partiesOf(word)
      if (parties === 0) throw new NotInitialisedError(operation, this.offset)
      const isLast = arrivedOf(word) + 1 >= parties
      // Partner: those that sleep, on the word as it was when they looked.
      if (Atomics.compareExchange(words, at, word, isLast ? nextRound(word, parties) : word + 1) !== word)
        continue
      if (!isLast) return roundOf(word)
      Atomics.notify(words, at)
      return -1
    }
  }

  /** Takes the arrival back, unless the round has ended. */
  private leave(round: number): Arrival {
    const { words } = this.thread
    for (;;) {
      const word = Atomics.load(words, this.at)
      if (roundOf(word) !== round) return 'passed'
      if (Atomics.compareExchange(words, this.at, word, word - 1) === word) return 'left'
    }
  }
}

type Arrival = 'waits' | 'last' | 'passed' | 'left'

function nextRound(word: number, parties: number): number {
  return Math.imul(roundOf(word) + 1, ROUND) | (parties << BITS) | 0
}
