/** The leader's end of the rings of events (`events.ts`), apart from the owner's because only heaps that learn load it. */

import { load, store } from '#ordering'
import type { Arena } from './arena.ts'
import { EVENT_WORDS, R_EVENTS, R_EVENTS_ARMED, R_EVENTS_LOST, R_EVENTS_READ } from './layout.ts'

/** What `EventReader.read` calls for each event; `pages` are those that were asked for, 0 of a freed run. */
export type OnEvent = (kind: number, page: number, pages: number, site: number) => void

/** Of one record. One thread at a time. */
export class EventReader {
  private readonly W: Int32Array
  private readonly at: number
  private readonly ring: number
  private readonly size: number

  constructor(arena: Arena, slot: number) {
    const g = arena.geometry
    this.W = arena.W
    this.at = g.records + slot * g.recordWords
    this.ring = this.at + g.eventRing
    this.size = g.events
  }

  /** Whether the owner met a full ring since it was armed: what follows the events in the ring is unknown. */
  isLost(): boolean {
    return load(this.W, this.at + R_EVENTS_LOST) === load(this.W, this.at + R_EVENTS_ARMED)
  }

  /** Asks for events from now on, none of the past. */
  arm(): void {
    const { W, at } = this
    store(W, at + R_EVENTS_READ, load(W, at + R_EVENTS))
    // Last: an owner that sees it finds the ring empty. An owner that was ahead with a loss loses the new arming, or not.
    store(W, at + R_EVENTS_ARMED, (load(W, at + R_EVENTS_LOST) + 1) | 0)
  }

  /** Asks for no more. */
  disarm(): void {
    store(this.W, this.at + R_EVENTS_ARMED, load(this.W, this.at + R_EVENTS_LOST))
  }

  /** Hands at most `most` events to `on`, oldest first, and frees their room. How many there were. */
  read(on: OnEvent, most: number): number {
    const { W, at } = this
    // Acquires what the owner wrote before it released the count.
    const from = load(W, at + R_EVENTS_READ)
    const count = Math.max(0, Math.min(most, (load(W, at + R_EVENTS) - from) | 0, this.size))
    for (let k = 0; k < count; k++) {
      const slot = this.ring + ((from + k) & (this.size - 1)) * EVENT_WORDS
      on(W[slot] >>> 24, W[slot + 1], W[slot] & 0xffffff, W[slot + 2])
    }
    store(W, at + R_EVENTS_READ, (from + count) | 0)
    return count
  }
}
