/**
 * A thread's record: its slot in the heap, and everything slow that it does there.
 *
 * Attach claims a record with one swap of its word to -t, t being the thread's id + 1: one that is vacant, which it takes
 * over as it is (`vacancies.ts`), or one that is free, all of which it resets, because the last holder may have died at any
 * step (`reap.ts`). Then it stores t. Detach stores VACANT, or parks and stores 0. Everything else in a record has one
 * writer, the thread, except the hints, which other threads add to.
 *
 * Slow paths stand between `enter` and `leave`, which set and clear the record's `op` word. A stack overflow may
 * throw out of one and be caught by the application; then `op` is found set by the next one, which first re-derives
 * every hint from run words and state bytes (`rederive.ts`). Fast paths call nothing between their first and last
 * write, so nothing can throw there.
 *
 * Where pages come from, in this order, each stage counted: the free index; runs of any class that other threads
 * announced frees in; orphans (ADOPTIONS at most at a time), and once half of the heap was in use, those of a vacant record;
 * FREE extents. Before giving up: everything of mine by bytes, all vacant records and orphans, whole extents put back so that
 * rows join, and `pressure` raised, which owners answer at their next slow path by giving back what they can. Nobody waits.
 */

import { handOn } from '@hakmem/sync'
import { add, glance, load, store, swap } from '#ordering'
import type { Arena } from './arena.ts'
import { LARGE, SMALL_CLASSES } from './classes.ts'
import { COUNTERS } from './counters.ts'
import { InvalidThreadError, OutOfMemoryError, TooManyThreadsError } from './errors.ts'
import { EventLog } from './events.ts'
import { Extents } from './extents.ts'
import { Follower } from './knobs.ts'
import {
  H_CANARY,
  H_NEXT_THREAD,
  H_POLICY,
  H_PRESSURE,
  isThreadId,
  MAX_THREAD,
  R_BATCH,
  R_BATCH_COUNT,
  R_BUNDLE,
  R_BUNDLE_COUNT,
  R_FAILURES,
  R_IN,
  R_OP,
  R_OUT,
  R_POLICY,
  R_PRESSURE,
  R_SHARD,
  R_SPENT_PAGES,
  R_THREAD,
  R_USED_PAGES,
  VACANT,
} from './layout.ts'
import { membersOf } from './members.ts'
import { adopted, recover } from './rederive.ts'
import { sendBundle } from './remote.ts'
import { Rings } from './rings.ts'
import { alignUp, Runs } from './runs.ts'
import { Slabs } from './slabs.ts'
import { dissolve, takeOver, vacancy, vacate } from './vacancies.ts'
import { Wholes } from './wholes.ts'

/** Chains of orphans that one look for room adopts at most, short of running out of memory. */
export const ADOPTIONS = 4

/** A record is left vacant if it holds at most this part of a thread's share of the heap. */
const VACANT_PART = 4

/** One failed request in so many collects everything again even if nothing seems to have changed. */
const FULL_TRY = 16

export class ThreadRecord {
  readonly arena: Arena
  readonly slot: number
  /** Id of the thread that holds it. */
  readonly thread: number
  /** Word offset of the record. */
  readonly at: number
  readonly extents: Extents
  readonly runs: Runs
  readonly rings: Rings
  readonly slabs: Slabs
  readonly wholes: Wholes
  readonly events: EventLog
  readonly follower: Follower
  private readonly W: Int32Array
  private readonly H: Int32Array
  /** Word offset of R_POLICY. */
  private readonly followed: number

  private constructor(arena: Arena, slot: number, thread: number) {
    const g = arena.geometry
    this.arena = arena
    this.slot = slot
    this.thread = thread
    this.at = g.records + slot * g.recordWords
    this.W = arena.W
    this.H = arena.H
    this.followed = this.at + R_POLICY
    this.extents = new Extents(arena, slot)
    this.runs = new Runs(arena, this.at, this.extents)
    this.rings = new Rings(arena, this.at)
    this.slabs = new Slabs(arena, this.at, this.runs, this.rings)
    this.events = new EventLog(arena, this.at)
    this.wholes = new Wholes(arena, this.at, this.runs, this.rings, this.events)
    this.follower = new Follower(arena, this.at, slot, this.slabs)
  }

  /**
   * Claims a record for the calling thread: the one that was left vacant last, as it is, else a free one, reset. `thread`: an
   * id from 0 that no other live thread has and none had before. A record that this very thread left without detaching is
   * taken over, and recovered. Throws TooManyThreadsError if there is none, InvalidThreadError for what is no id.
   */
  static claim(arena: Arena, thread: number): ThreadRecord {
    // -1 would find the word of a free record, and others no word that they wrote.
    if (!isThreadId(thread)) {
      throw new InvalidThreadError(
        'attach',
        thread,
        `the thread must be a whole number from 0 to ${MAX_THREAD}`,
      )
    }
    const g = arena.geometry
    // Its own, or one that it was thrown out of while it attached or reaped.
    let own = -1
    for (let slot = 0; slot < g.threads; slot++) {
      const word = load(arena.W, g.records + slot * g.recordWords + R_THREAD)
      if (word === thread + 1 || (word === -(thread + 1) && own < 0)) own = slot
      if (word === thread + 1) break
    }
    if (own >= 0) {
      const record = new ThreadRecord(arena, own, thread)
      // One that it was reaping: what the dead thread held is not this thread's.
      if (arena.W[record.at + R_THREAD] < 0) handOn(membersOf(arena), own)
      recover(record)
      store(arena.W, record.at + R_THREAD, thread + 1)
      return record
    }
    const left = takeOver(arena, thread)
    if (left >= 0) {
      const record = new ThreadRecord(arena, left, thread)
      record.count(COUNTERS.takenOver)
      store(arena.W, record.at + R_THREAD, thread + 1)
      return record
    }
    for (let slot = 0; slot < g.threads; slot++) {
      const at = g.records + slot * g.recordWords
      // As one that it reaps, so that nobody reads what the last holder left in it.
      if (load(arena.W, at + R_THREAD) === 0 && swap(arena.W, at + R_THREAD, 0, -(thread + 1))) {
        const record = new ThreadRecord(arena, slot, thread)
        record.reset()
        // What it is set to now is what 0, the default of everything, would set where nothing is on trial.
        if (glance(arena.H, H_CANARY) === 0) arena.W[at + R_POLICY] = 0
        arena.W[at + R_OP] = 0
        arena.W[at + R_PRESSURE] = load(arena.H, H_PRESSURE)
        store(arena.W, at + R_THREAD, thread + 1)
        return record
      }
    }
    throw new TooManyThreadsError(g.threads)
  }

  /** An id for a thread whose host has none: counts up in the header, from where Node's ids do not reach. */
  static nextThread(arena: Arena): number {
    return 2 ** 30 + add(arena.H, H_NEXT_THREAD, 1)
  }

  count(counter: number, by = 1): void {
    this.runs.count(counter, by)
  }

  /** Begins a slow path: recovers from one that was thrown out of, follows a new policy word, and answers pressure. */
  enter(): void {
    const W = this.W
    if (W[this.at + R_OP] !== 0) recover(this)
    W[this.at + R_OP] = 1
    const policy = glance(this.H, H_POLICY)
    if (policy !== W[this.followed]) this.follow(policy)
    const pressure = load(this.arena.H, H_PRESSURE)
    if (pressure !== W[this.at + R_PRESSURE]) {
      W[this.at + R_PRESSURE] = pressure
      this.count(COUNTERS.pressure)
      this.collectAll()
      this.runs.releaseWhole()
    }
  }

  /** Moves the thread to a shard, from 0, from its next slow path on; the shards knob does not move it then. */
  setShard(shard: number): void {
    this.follower.shard = shard
    this.W[this.followed] = -1
  }

  private follow(policy: number): void {
    sendBundle(this)
    this.W[this.followed] = policy
    this.follower.follow(policy)
    this.count(COUNTERS.followed)
  }

  leave(): void {
    this.W[this.at + R_OP] = 0
  }

  /** A run of `pages` for class `c` from what the thread holds; its first page, or 0. */
  ownRoom(pages: number, c: number, alignment = 1): number {
    let page = this.runs.take(pages, c, alignment)
    if (page === 0 && this.collectAnnounced()) page = this.runs.take(pages, c, alignment)
    if (page !== 0) this.count(COUNTERS.refillFresh)
    return page
  }

  /** The same by all stages that cost little: orphans, and extents that nobody owns, as well. */
  room(pages: number, c: number, alignment = 1): number {
    let page = this.ownRoom(pages, c, alignment)
    for (let k = 0, from = 0; page === 0 && k < ADOPTIONS; k++) {
      from = this.adoptNext(from)
      if (from === 0) break
      page = this.runs.take(pages, c, alignment)
    }
    return page !== 0 ? page : this.claim(pages, c, alignment)
  }

  /**
   * Adopts one chain of orphans at or behind extent `from`, if there may be one, and where memory is getting short, of those
   * that a vacant record becomes; the extent to go on from, or 0.
   */
  adoptNext(from: number): number {
    const end = this.extents.anyOrphans() ? this.adopt(from) : 0
    // Before, the record is better left to the next tenant, whose caches would be empty without it.
    if (end !== 0 || !this.runs.isShort()) return end
    const slot = vacancy(this.arena, -1)
    return slot >= 0 && this.dissolve(slot) ? this.adopt(0) : 0
  }

  private dissolve(slot: number): boolean {
    if (!dissolve(this.arena, this.thread, slot)) return false
    this.count(COUNTERS.dissolved)
    return true
  }

  /** The same, at any cost short of waiting. Raises pressure if that fails too. */
  lastRoom(pages: number, c: number, alignment = 1): number {
    const W = this.W
    const failures = W[this.at + R_FAILURES]
    const isSpent = failures > 0 && failures % FULL_TRY !== 0 && this.isSpent()
    if (!isSpent) {
      for (let slot = 0; slot < this.arena.geometry.threads; slot++) this.dissolve(slot)
      // All orphans first, then one collection: one after each would read every block of the heap once per orphan.
      for (let from = this.adopt(0, true); from !== 0; ) from = this.adopt(from, true)
      this.collectAll()
    }
    let page = this.runs.take(pages, c, alignment, Number.POSITIVE_INFINITY)
    if (page === 0 && !isSpent) {
      this.runs.releaseWhole()
      page = this.claim(pages, c, alignment)
      if (page === 0) this.raisePressure()
    }
    W[this.at + R_FAILURES] = page === 0 ? failures + 1 : 0
    if (page === 0) this.count(COUNTERS.outOfMemory)
    return page
  }

  /** Nothing was freed by or to this thread since it last collected everything, as far as anybody said. */
  private isSpent(): boolean {
    for (let c = 1; c <= LARGE; c++) {
      if (this.slabs.announced(c) || (c <= SMALL_CLASSES && this.slabs.holdsAny(c))) return false
    }
    if (this.extents.anyOrphans() || vacancy(this.arena, 1) >= 0) return false
    return this.runs.usedPages === this.W[this.at + R_SPENT_PAGES]
  }

  /** Asks all other threads to give back what they can, unless they were asked and none has answered yet. */
  private raisePressure(): void {
    const W = this.W
    const g = this.arena.geometry
    const asked = load(this.arena.H, H_PRESSURE)
    let answered = false
    for (let slot = 0; slot < g.threads && !answered; slot++) {
      const at = g.records + slot * g.recordWords
      answered = slot !== this.slot && load(W, at + R_THREAD) !== 0 && load(W, at + R_PRESSURE) === asked
    }
    W[this.at + R_PRESSURE] = answered ? add(this.arena.H, H_PRESSURE, 1) + 1 : asked
    W[this.at + R_SPENT_PAGES] = this.runs.usedPages
  }

  /** The error for a request that `lastRoom` could not meet, with figures of now: others may have given back since. */
  outOfMemory(requested: number): OutOfMemoryError {
    const g = this.arena.geometry
    const { free, longest, orphans, held } = this.extents.census()
    const extent = 2 ** g.extentShift
    const list: Record<string, number> = {}
    for (const [slot, extents] of held) {
      if (slot >= g.threads) continue
      const word = load(this.W, g.records + slot * g.recordWords + R_THREAD)
      const who = word > 0 ? `thread ${word - 1}` : word === VACANT ? 'nobody' : 'a dead thread'
      list[who] = (list[who] ?? 0) + extents * extent
    }
    return new OutOfMemoryError(requested, g.bytes - g.base, {
      unclaimed: free * extent,
      longest: longest * extent,
      orphaned: orphans * extent,
      held: list,
    })
  }

  /** Empties the caches, collects what other threads freed, by bytes, and gives empty extents back. */
  flush(): void {
    this.enter()
    this.collectAll()
    this.runs.releaseWhole()
    this.leave()
  }

  /**
   * Empties the caches, collects what other threads announced, gives empty extents back, and leaves every other to whoever
   * adopts it.
   */
  park(): void {
    this.enter()
    sendBundle(this)
    for (let c = 1; c <= SMALL_CLASSES; c++) this.slabs.leave(c)
    this.wholes.collect(true)
    this.runs.dropRetained()
    this.runs.releaseWhole()
    this.slabs.forget()
    this.runs.index.clear()
    this.W[this.at + R_USED_PAGES] = 0
    this.extents.orphanAll(false)
    this.count(COUNTERS.parks)
    this.leave()
  }

  /** Parks and frees the record, which is another thread's from then on. What a program does that uses the tiers alone. */
  detach(): void {
    this.park()
    this.release(false)
  }

  /**
   * Gives back what is not needed and makes the record ready for `release`. True: to be left as it is to the next tenant.
   * False: it is parked, because the next tenant would have set it up differently (a policy, a shard, events that somebody
   * reads), or because it holds more than a quarter of a thread's share of the heap, which may lie idle for long.
   */
  settle(): boolean {
    this.enter()
    sendBundle(this)
    this.runs.releaseWhole()
    const { W, at } = this
    const g = this.arena.geometry
    const isPlain = g.events === 0 && W[at + R_POLICY] === 0 && W[at + R_SHARD] === 0
    const isWhole = isPlain && this.runs.heldPages <= g.pages / g.threads / VACANT_PART
    this.leave()
    if (!isWhole) this.park()
    return isWhole
  }

  /** Leaves the record, vacant or, of a parked thread, free. Locks that it holds are handed on as if it had died. */
  release(isVacant: boolean): void {
    handOn(membersOf(this.arena), this.slot)
    if (isVacant) {
      this.count(COUNTERS.vacated)
      vacate(this.arena, this.at)
    } else {
      store(this.W, this.at + R_THREAD, 0)
    }
  }

  private claim(pages: number, c: number, alignment: number): number {
    const shift = this.arena.geometry.extentPageShift
    const extents = Math.ceil(pages / 2 ** shift)
    const from = this.extents.claim(extents, Math.max(1, alignment >>> shift))
    if (from === 0) return 0
    this.count(COUNTERS.refillExtent, extents)
    const node = this.runs.addFree(from << shift, extents << shift)
    // Joined with free pages before it, the row may hold the run from an earlier page on.
    const start = alignUp(node, alignment)
    return this.runs.carve(node, start, pages, c)
  }

  /** Collects every class that other threads announced frees in. True if there was one. */
  private collectAnnounced(): boolean {
    let any = false
    for (let c = 1; c <= SMALL_CLASSES; c++) {
      if (!this.slabs.announced(c)) continue
      this.slabs.collect(c, false)
      any = true
    }
    return this.wholes.collect(false) || any
  }

  private collectAll(): void {
    sendBundle(this)
    for (let c = 1; c <= SMALL_CLASSES; c++) this.slabs.collect(c, true)
    this.wholes.collect(true)
    this.runs.dropRetained()
  }

  /**
   * Adopts the orphan that a free of this thread met, unless another thread does, and gives back at once what is free in
   * it: a thread that only frees would else keep all that it adopts.
   */
  adoptOnFree(extent: number): void {
    this.enter()
    if (this.extents.adoptAt(extent)) adopted(this, extent, true)
    this.leave()
  }

  /**
   * Adopts one chain of orphans at or behind extent `from`; the extent to go on from, or 0 if there is none for it. `any`: short
   * of memory; the caller counts all blocks itself.
   */
  private adopt(from: number, any = false): number {
    const first = this.extents.adopt(from, any)
    return first === 0 ? 0 : adopted(this, first, !any)
  }

  /** @internal Sets everything but the counters and the record's word to that of a thread which holds nothing. */
  reset(): void {
    const W = this.W
    this.slabs.forget()
    this.slabs.resetCaches()
    this.runs.index.clear()
    this.runs.forgetRetained()
    for (const word of [
      R_USED_PAGES,
      R_FAILURES,
      R_OUT,
      R_IN,
      R_BATCH,
      R_BATCH_COUNT,
      R_BUNDLE_COUNT,
      R_SHARD,
    ])
      W[this.at + word] = 0
    W[this.at + R_BUNDLE] = 1
    // Limits and shard are those of no policy now.
    W[this.followed] = -1
  }
}
