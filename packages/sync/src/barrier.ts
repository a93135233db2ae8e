/**
 * A barrier: so many threads wait for each other. One word:
 *
 *     broken (1 bit) | rounds so far (11) | parties (10) | arrived (10)
 *
 * so that the arrival of the last one ends the round in the same step, and no death can come in between. A thread that
 * died waiting has arrived. One that died before will never come, and the barrier cannot know: whoever learns of it
 * (`heap.watch`) calls `break`, as in Java, and all that wait are told, until `init` makes it new.
 *
 * The number of rounds wraps: a thread that is woken and does not run for 2048 rounds waits for the next one.
 */

import { BrokenBarrierError, CannotBlockError, NotInitialisedError } from './errors.ts'
import { requireTimeout, requireWhole } from './offsets.ts'
import { Primitive } from './primitive.ts'
import { canBlock, deadline, remaining } from './wait.ts'
import { waitOn } from './wait-async.ts'

const BITS = 10
const MAX_PARTIES = 2 ** BITS - 1
const ROUND = 2 ** (2 * BITS)
const ROUNDS = 2 ** 11 - 1
const BROKEN = 1 << 31

const arrivedOf = (word: number): number => word & MAX_PARTIES
const partiesOf = (word: number): number => (word >>> BITS) & MAX_PARTIES
const roundOf = (word: number): number => (word >>> (2 * BITS)) & ROUNDS

export class Barrier extends Primitive {
  /** Makes it a barrier of `parties` threads, 1 to 1023, while nobody waits. Throws InvalidValueError. */
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
   * Blocks until all parties have come. True for the one that came last. Throws BrokenBarrierError,
   * NotInitialisedError, and CannotBlockError without having arrived.
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
        else if (word < 0) throw new BrokenBarrierError(operation, this.offset)
        // Partner: arrive, break, handOn.
        else if (thread.sleep(at, word, remaining(end)) === 'timed-out') arrival = this.leave(round)
      }
    } finally {
      thread.leave(key)
    }
    return arrival
  }

  /** As `timedWait`, without blocking. Rejects with BrokenBarrierError, NotInitialisedError, NoWaitAsyncError. */
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
        if (word < 0) throw new BrokenBarrierError('waitAsync', offset)
        if ((await waitOn(thread, own.at, word, remaining(end))) !== 'timed-out') continue
        if (own.leave(round) === 'left') return false
      }
      return true
    } finally {
      thread.leave(own.key)
    }
  }

  /**
   * Tells all that wait, and all that come, by a BrokenBarrierError that a party will not come: for whoever learns of its
   * death. Any thread, any number of times; ends with `init`, to be called when nobody waits any more.
   */
  break(): void {
    const { thread, at, key } = this
    thread.enter(key)
    // Partner: those that sleep; they look at the bit first.
    Atomics.or(thread.words, at, BROKEN)
    Atomics.notify(thread.words, at)
    thread.leave(key)
  }

  /** The round in which the thread now waits, or -1 if it was the last one that was missing. */
  private arrive(operation: string): number {
    const { thread, at } = this
    const { words } = thread
    for (;;) {
      const word = Atomics.load(words, at)
      const parties = partiesOf(word)
      if (word < 0) throw new BrokenBarrierError(operation, this.offset)
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
  return ((roundOf(word) + 1) & ROUNDS) * ROUND + (parties << BITS)
}
