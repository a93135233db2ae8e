/**
 * Large runs as the thread that owns them keeps them: one block each, live if the state byte of its first page is
 * LARGE. What other threads freed (byte 255) is collected here; how to place and retain runs is `@hakmem/learning`.
 *
 * A live large run is published by its state byte, written last, by `Large`, with no call behind it: so a block is live
 * only if the call that took it returned. One whose byte is 0 or 255 is free.
 */

import { exchange, load, peek, seen } from '#ordering'
import type { Arena } from './arena.ts'
import { LARGE } from './classes.ts'
import { COUNTERS } from './counters.ts'
import { type EventLog, FREED } from './events.ts'
import { R_DIRTY, R_HINTS } from './layout.ts'
import type { Rings } from './rings.ts'
import type { Runs } from './runs.ts'

/** Runs that one collection by flags looks at. */
const STEPS = 256
/** Runs that a look without an announcement reads the bytes of. */
const ROTATION = 8

export class Wholes {
  private readonly W: Int32Array
  private readonly S: Uint8Array
  private readonly F: Uint8Array
  private readonly runs: Runs
  private readonly rings: Rings
  private readonly events: EventLog
  private readonly hint: number
  private readonly dirty: number

  constructor(arena: Arena, record: number, runs: Runs, rings: Rings, events: EventLog) {
    this.W = arena.W
    this.S = arena.S
    this.F = arena.F
    this.runs = runs
    this.rings = rings
    this.events = events
    this.hint = record + R_HINTS + LARGE
    this.dirty = record + R_DIRTY + LARGE
  }

  isLive(page: number): boolean {
    return seen(this.S, page << 8) === LARGE
  }

  /** Takes the flag of an adopted run down, then tells whether it is live: a mark that comes later flags it anew. */
  settle(page: number): boolean {
    exchange(this.F, page, 0)
    return this.isLive(page)
  }

  /** Enters the used run at `page`, which is about to become a live block. */
  enter(page: number): void {
    exchange(this.F, page, 0)
    this.rings.insert(LARGE, page)
  }

  /** Ends the block at `page`; its run stays used until it is given back or retained. */
  withdraw(page: number): void {
    this.erase(page)
    this.rings.remove(LARGE, page)
  }

  /** Sets the state byte to 0. */
  erase(page: number): void {
    this.S[page << 8] = 0
  }

  /** Gives back the runs that other threads freed: those flagged, or with `all`, all. True if there was one. */
  collect(all: boolean): boolean {
    const W = this.W
    if (load(W, this.hint) !== 0) W[this.dirty] += exchange(W, this.hint, 0)
    if (!all && W[this.dirty] <= 0) return false
    const start = this.rings.hand(LARGE)
    let runs = 0
    let page = start
    if (page !== 0) {
      do {
        runs++
        page = this.rings.next(page)
      } while (page !== start && (all || runs < STEPS))
    }
    let any = false
    page = start
    const complete = runs < STEPS
    for (; runs > 0; runs--) {
      const next = this.rings.next(page)
      if (all || peek(this.F, page) !== 0) {
        exchange(this.F, page, 0)
        if (!this.isLive(page)) {
          this.give(page)
          any = true
        }
        W[this.dirty] -= 1
      }
      page = next
    }
    if (page !== 0 && this.rings.hand(LARGE) !== 0 && !complete) this.rings.setHand(LARGE, page)
    if (all || complete) W[this.dirty] = 0
    // A long look in vain: fewer runs are flagged than were announced, look less often.
    else if (!any) W[this.dirty] >>= 1
    return any
  }

  /**
   * Looks at the bytes of the next few runs, whatever was announced: finds marks whose announcement was lost with its
   * freer, or is still held back in a bundle. True if there was one.
   */
  rotate(): boolean {
    let any = false
    let page = this.rings.hand(LARGE)
    for (let steps = 0; page !== 0 && steps < ROTATION; steps++) {
      const next = this.rings.next(page)
      if (!this.isLive(page)) {
        this.give(page)
        this.runs.count(COUNTERS.rotated)
        any = true
      }
      if (next === page) return any
      page = next
    }
    if (page !== 0) this.rings.setHand(LARGE, page)
    return any
  }

  /** Gives back the run at `page`, whose block another thread freed. */
  private give(page: number): void {
    this.withdraw(page)
    this.runs.give(page)
    this.runs.count(COUNTERS.collected)
    if (this.events.isWanted()) this.events.note(FREED, page, 0, 0)
  }
}
