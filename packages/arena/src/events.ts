/**
 * Events: what a thread does with large runs, told to whoever learns from it.
 *
 * A ring per record, in heaps that learn. The owner writes an event and releases the count of them; the leader loads
 * the count, reads, and stores how far it has read. Nothing is ever overwritten unread: an owner that finds the ring full
 * stops, and says so, until the leader asks anew (arms). So what the leader reads between two armings is all that happened
 * up to the first loss, in order, or it knows better: a simulation that missed a free would be wrong for good.
 *
 * A heap that does not learn has no rings, and an operation costs asking for that in `isWanted`.
 */

import { glance, release, store } from '#ordering'
import type { Arena } from './arena.ts'
import { EVENT_WORDS, R_EVENTS, R_EVENTS_ARMED, R_EVENTS_LOST, R_EVENTS_READ } from './layout.ts'

/** A run of `pages` was taken at `page` by call site `site`; freed; made to have `pages`. */
export const TOOK = 1
export const FREED = 2
export const RESIZED = 3

/** The owner's end; the leader's is `EventReader`. */
export class EventLog {
  private readonly W: Int32Array
  private readonly ring: number
  private readonly size: number
  /** Offsets of the four words, ready to use: `isWanted` is asked in every operation. */
  private readonly written: number
  private readonly lost: number
  private readonly armed: number
  private readonly taken: number

  constructor(arena: Arena, record: number) {
    this.W = arena.W
    this.ring = record + arena.geometry.eventRing
    this.size = arena.geometry.events
    this.written = record + R_EVENTS
    this.lost = record + R_EVENTS_LOST
    this.armed = record + R_EVENTS_ARMED
    this.taken = record + R_EVENTS_READ
  }

  /** A method, not an accessor: schedules of tests stop in it. */
  isWanted(): boolean {
    return this.size !== 0 && glance(this.W, this.armed) !== this.W[this.lost]
  }

  /** Only while `isWanted`. */
  note(kind: number, page: number, pages: number, site: number): void {
    const W = this.W
    const count = W[this.written]
    if (((count - glance(W, this.taken)) | 0) >= this.size) {
      // Partner: `EventReader.isLost`.
      store(W, this.lost, glance(W, this.armed))
      return
    }
    const slot = this.ring + (count & (this.size - 1)) * EVENT_WORDS
    W[slot] = (kind << 24) | pages
    W[slot + 1] = page
    W[slot + 2] = site
    release(W, this.written, (count + 1) | 0)
  }
}
