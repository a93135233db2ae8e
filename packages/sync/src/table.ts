/**
 * The members of a program without a heap: a table that the user places in the shared memory, with a place per thread. On a
 * heap this is not needed: `heap.sync` is the thread, and `heap.watch` reaps.
 *
 * A place is a claim word and a held list. Claimed by one swap (0 to t); left by a store of 0 after what it held was
 * handed on; reaped by swapping t to -m, handing on, swapping -m to 0, as a heap's record is (`arena/src/reap.ts`).
 */

import { TooManyMembersError } from './errors.ts'
import { handOn } from './hand-on.ts'
import type { Members } from './members.ts'
import { requireWhole, wordAt } from './offsets.ts'
import { SyncThread } from './thread.ts'
import { HELD } from './words.ts'

const STRIDE = 2 + HELD
const MAX_THREADS = 65535
/** The largest thread id: a claim word is the id + 1, and positive. */
const MAX_ID = 2 ** 31 - 2

export class SyncTable {
  readonly members: Members

  /**
   * A view of the table of `threads` places, 1 to 65,535, at byte offset `offset`, a multiple of 4, of `memory`; all zero
   * is an empty table. All threads give the same numbers and the same memory (an Int32Array: a view of the same part of
   * it), and offsets of primitives count from its start. Throws InvalidValueError.
   */
  constructor(memory: SharedArrayBuffer | Int32Array, offset: number, threads: number) {
    const words = memory instanceof Int32Array ? memory : new Int32Array(memory)
    requireWhole('SyncTable', 'the number of threads', threads, 1, MAX_THREADS)
    const claims = wordAt(words, 'SyncTable', offset, SyncTable.bytes(threads))
    this.members = { words, claims, held: claims + 1, stride: STRIDE, count: threads }
  }

  /** Bytes that a table for `threads` threads takes: 128 each. */
  static bytes(threads: number): number {
    return threads * STRIDE * 4
  }

  /**
   * Takes a place for the calling thread. `thread`: a whole number from 0 that no other thread has or had, such as Node's
   * `threadId`; a thread that joins again gets its place again. Throws InvalidValueError, TooManyMembersError.
   */
  join(thread: number): SyncThread {
    requireWhole('join', 'the thread', thread, 0, MAX_ID)
    const { words, count } = this.members
    for (let index = 0; index < count; index++) {
      if (Atomics.load(words, this.claim(index)) === thread + 1) return new SyncThread(this.members, index)
    }
    for (let index = 0; index < count; index++) {
      // Partner: leave, reap. The held list is empty then.
      if (Atomics.compareExchange(words, this.claim(index), 0, thread + 1) === 0) {
        return new SyncThread(this.members, index)
      }
    }
    throw new TooManyMembersError(count)
  }

  /** Gives the place of `thread`, the calling one, to others. What it still holds is handed on as if it had died. */
  leave(thread: SyncThread): void {
    handOn(this.members, thread.index)
    Atomics.store(this.members.words, this.claim(thread.index), 0)
  }

  /**
   * Hands on what thread `dead` held; `me` is the calling thread's id. Only for threads that have ended: nothing can tell
   * here. Any number of times; whoever reaps a reaper goes on with what that had begun. True if there was something.
   */
  reap(dead: number, me: number): boolean {
    const { words, count } = this.members
    let any = false
    for (let index = 0; index < count; index++) {
      const at = this.claim(index)
      const word = Atomics.load(words, at)
      // The dead thread's place, one that it was reaping, or one that this thread began to reap and was thrown out of.
      if (word === 0 || (Math.abs(word) !== dead + 1 && word !== -(me + 1))) continue
      if (Atomics.compareExchange(words, at, word, -(me + 1)) !== word) continue
      any = handOn(this.members, index) || any
      // Partner: join.
      Atomics.store(words, at, 0)
    }
    return any
  }

  private claim(index: number): number {
    return this.members.claims + index * STRIDE
  }
}
