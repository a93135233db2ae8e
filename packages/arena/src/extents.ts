/**
 * Extents: the heap cut into equal pieces, each owned by one thread, claimed from the lowest address up.
 *
 * A word per extent says whose it is. Only this file changes whose; every change is one atomic step:
 *
 * - FREE to OWNED(me), or to TENT(me) as one of several in a row: swap, by anyone. Taking over publishes
 *   nothing: a FREE extent's run words and state bytes are 0.
 * - "Me" is the thread that holds the record, or, once it is dead, the one that reaps it (see `reap.ts`).
 * - TENT(me) to OWNED(me) or back to FREE: store, by me. Rows are claimed in ascending order only; a claimer
 *   that meets another's TENT undoes its own and looks again, so that two cannot starve each other.
 * - OWNED(me) to FREE or ORPHAN: store, by me, when nothing of mine points into it. Publishes the zeroed
 *   metadata, or the run words, to whoever swaps the word next.
 * - ORPHAN to OWNED(me): swap, by anyone, on a word without CONT; then the CONT words that follow, which nobody
 *   else may touch, since only the adopter of a chain's head takes the rest.
 *
 * Every extent remembers the shard that touched it first (ROADMAP: shards stand for the memory near a processor). A thread
 * that has a shard claims extents of its shard first, then untouched ones, then any; orphans that another shard touched it
 * adopts only before it runs out of memory.
 *
 * Loops end: a claim looks at each extent once per attempt (4096 at most), and makes at most 3 attempts, for each of
 * these three preferences.
 */

import { add, glance, load, store, swap } from '#ordering'
import type { Arena } from './arena.ts'
import { COUNTERS } from './counters.ts'
import {
  CONT,
  extentSlot,
  extentState,
  FREE,
  H_ORPHANS,
  ORPHAN,
  owned,
  R_COUNTERS,
  R_SHARD,
  runPages,
  TENT,
  tentative,
} from './layout.ts'

const ATTEMPTS = 3

/** `sharing` of a claim: extents that the shard touched; those, and those that none did; all. */
const [HOME, NEAR, ANY] = [0, 1, 2]

export class Extents {
  private readonly W: Int32Array
  private readonly H: Int32Array
  private readonly F: Uint8Array
  /** Word offset of the run words, and log2 of the pages of an extent. */
  private readonly runs: number
  private readonly pageShift: number
  private readonly table: number
  private readonly shards: number
  private readonly record: number
  private readonly first: number
  private readonly count: number
  private readonly owned: number
  private readonly tent: number
  /** A word of mine, with CONT: compare `(word | CONT) === mine`. */
  readonly mine: number

  constructor(arena: Arena, slot: number) {
    const g = arena.geometry
    this.W = arena.W
    this.H = arena.H
    this.F = arena.F
    this.runs = g.runs
    this.pageShift = g.extentPageShift
    this.table = g.table
    this.shards = g.shards
    this.record = g.records + slot * g.recordWords
    this.first = g.firstExtent
    this.count = g.extents
    this.owned = owned(slot)
    this.tent = tentative(slot)
    this.mine = owned(slot) | CONT
  }

  isMine(extent: number): boolean {
    return (this.W[this.table + extent] | CONT) === this.mine
  }

  /** Claims `count` extents in a row, the first at a multiple of `alignment`; the first's index, or 0 if none. */
  claim(count: number, alignment: number): number {
    const shard = this.W[this.record + R_SHARD]
    if (shard === 0) return this.search(count, alignment, 0, ANY)
    let from = 0
    for (let sharing = HOME; from === 0 && sharing <= ANY; sharing++) {
      from = this.search(count, alignment, shard, sharing)
    }
    for (let e = from; from !== 0 && e < from + count; e++) this.settleIn(e, shard)
    return from
  }

  /** Notes the shard of an extent of mine that has none yet. */
  private settleIn(extent: number, shard: number): void {
    const at = this.shards + extent
    if (this.W[at] !== 0) {
      const counter = this.W[at] === shard ? COUNTERS.claimedHome : COUNTERS.claimedAway
      this.W[this.record + R_COUNTERS + counter] += 1
    } else {
      this.W[at] = shard
    }
  }

  private search(count: number, alignment: number, shard: number, sharing: number): number {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      let blocked = false
      let from = Math.ceil(this.first / alignment) * alignment
      while (from + count <= this.count) {
        const at = this.obstacle(from, count, shard, sharing)
        if (at < 0) {
          if (this.claimAt(from, count)) return from
          blocked = true
        } else if (extentState(load(this.W, this.table + at)) === TENT) {
          blocked = true
        }
        const next = at < 0 ? from + 1 : at + 1
        from = Math.ceil(next / alignment) * alignment
      }
      if (!blocked) return 0
    }
    return 0
  }

  /** The last extent of the row that is not FREE, or -1: looking from the end lets the search leap over it. */
  private obstacle(from: number, count: number, shard: number, sharing: number): number {
    for (let e = from + count - 1; e >= from; e--) {
      if (sharing !== ANY && !this.suits(e, shard, sharing)) return e
      if (load(this.W, this.table + e) !== FREE) return e
    }
    return -1
  }

  /** Read without an order: the word of an extent that is another's may be about to be written, and does not matter. */
  private suits(extent: number, shard: number, sharing: number): boolean {
    const touched = glance(this.W, this.shards + extent)
    return touched === shard || (touched === 0 && sharing === NEAR)
  }

  /** Claims exactly these extents, or none of them. */
  claimAt(from: number, count: number): boolean {
    if (from < this.first || from + count > this.count) return false
    if (count === 1) return swap(this.W, this.table + from, FREE, this.owned)
    for (let k = 0; k < count; k++) {
      if (swap(this.W, this.table + from + k, FREE, this.tent)) continue
      while (--k >= 0) store(this.W, this.table + from + k, FREE)
      return false
    }
    for (let k = 0; k < count; k++) store(this.W, this.table + from + k, this.owned)
    return true
  }

  /** Gives one back. Its run words and state bytes must be 0, and nothing of mine may point into it. */
  release(extent: number): void {
    store(this.W, this.table + extent, FREE)
  }

  /** Sets or clears CONT on an extent of mine. */
  setCont(extent: number, on: boolean): void {
    store(this.W, this.table + extent, on ? this.mine : this.owned)
  }

  isCont(extent: number): boolean {
    return (this.W[this.table + extent] & CONT) !== 0
  }

  /**
   * Leaves every extent of mine to whoever adopts it; from the end down, so that a chain's head goes last. How many there
   * were. `flagged`: nobody vouches for the counts of their runs, so each is flagged, and whoever adopts counts anew.
   */
  orphanAll(flagged: boolean): number {
    let left = 0
    for (let e = this.count - 1; e >= this.first; e--) {
      // Plainly: nobody else writes a word of mine, and makes none mine.
      const word = this.W[this.table + e]
      if ((word | CONT) !== this.mine) continue
      if (flagged) this.flagRuns(e)
      store(this.W, this.table + e, ORPHAN | (word & CONT))
      left++
    }
    if (left > 0) add(this.H, H_ORPHANS, left)
    return left
  }

  private flagRuns(extent: number): void {
    const end = (extent + 1) << this.pageShift
    for (let page = extent << this.pageShift; page < end; ) {
      const word = this.W[this.runs + page]
      // Partner: `Slabs.adopt`, behind the swap of the extent, or of the chain's head.
      if (word !== 0) store(this.F, page, 1)
      page += Math.max(1, runPages(word))
    }
  }

  /**
   * Whether a look for orphans may find one. Wrong for a moment, or, until a look in vain corrects it, after a death:
   * `lastRoom` looks all the same.
   */
  anyOrphans(): boolean {
    return load(this.H, H_ORPHANS) !== 0
  }

  /**
   * Adopts the first orphan from `from` on, with the chain that hangs on it. Its index, or 0 if there is none. A thread that
   * has a shard leaves what another one touched, unless it will take `any`.
   */
  adopt(from: number, any = false): number {
    const hint = load(this.H, H_ORPHANS)
    const shard = any ? 0 : this.W[this.record + R_SHARD]
    let left = false
    for (let e = Math.max(from, this.first); e < this.count; e++) {
      if (load(this.W, this.table + e) !== ORPHAN) continue
      if (shard !== 0 && !this.suits(e, shard, NEAR)) left = true
      else if (this.adoptAt(e)) return e
    }
    // A thread that died between its orphans and their number left the hint wrong: a whole look in vain says 0.
    if (!left && from <= this.first && hint !== 0) swap(this.H, H_ORPHANS, hint, 0)
    return 0
  }

  /** Adopts the orphan at `extent` with its chain; false if another was faster. */
  adoptAt(extent: number): boolean {
    if (!swap(this.W, this.table + extent, ORPHAN, this.owned)) return false
    let k = extent + 1
    for (; k < this.count && load(this.W, this.table + k) === (ORPHAN | CONT); k++) {
      store(this.W, this.table + k, this.mine)
    }
    add(this.H, H_ORPHANS, extent - k)
    return true
  }

  /** Undoes a claim of mine that a throw cut short, and finishes an adoption, or undoes an orphaning, of a chain. */
  settle(): void {
    for (let e = this.first; e + 1 < this.count; e++) {
      // Whoever has the head has the chain.
      if (this.isMine(e) && load(this.W, this.table + e + 1) === (ORPHAN | CONT)) {
        store(this.W, this.table + e + 1, this.mine)
      }
    }
    this.dropTentative()
  }

  /** Undoes a claim of several extents that was cut short: none of them is in use before all are OWNED. */
  dropTentative(): void {
    for (let e = this.count - 1; e >= this.first; e--) {
      if (load(this.W, this.table + e) === this.tent) store(this.W, this.table + e, FREE)
    }
  }

  /** The first extent of mine from `from` on, or the number of extents if there is none. */
  nextMine(from: number): number {
    let e = Math.max(from, this.first)
    while (e < this.count && !this.isMine(e)) e++
    return e
  }

  /**
   * Extents that nobody owns and the longest row of them, those that wait for adoption, and those that each record
   * holds: each as it was when it was looked at.
   */
  census(): { free: number; longest: number; orphans: number; held: Map<number, number> } {
    let free = 0
    let longest = 0
    let row = 0
    let orphans = 0
    const held = new Map<number, number>()
    for (let e = this.first; e < this.count; e++) {
      const word = load(this.W, this.table + e)
      row = word === FREE ? row + 1 : 0
      longest = Math.max(longest, row)
      if (word === FREE) free++
      else if (extentState(word) === ORPHAN) orphans++
      else held.set(extentSlot(word), (held.get(extentSlot(word)) ?? 0) + 1)
    }
    return { free, longest, orphans, held }
  }
}
