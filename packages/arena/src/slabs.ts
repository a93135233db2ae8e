/**
 * Runs carved into blocks of one class: tiny's slabs and mid's segments, and the per-class cache above them.
 *
 * The cache of a class is a stack of block offsets in the thread's record (a magazine, after Bonwick and Adams
 * 2001), not a list linked through the blocks: it is 15 to 20 % faster in V8 than a linked list with the checks that
 * links in user memory need, touches no block that its user does not, and no stale write reaches it
 * (docs/performance.md). A block is in at most one place:
 *
 * - An entry is pushed only when the block's byte was live, and only the owner makes a byte live, by popping. So
 *   entries are distinct. A run leaves the class only when no entry points into it.
 * - A sweep (`BlockCache.allocate`) fills an empty cache only. So no byte 128+c of the class is then in use, and the
 *   sweep may take 0, 128+c and 255 alike. There is no bump pointer: the sweep's cursor is the bump.
 * - A flush lowers the top and then writes the bytes 0, so a throw in between leaves bytes that the next sweep takes.
 * - What a full cache has to give, the depot may keep (`depot.ts`): a refill takes it back before it sweeps.
 *
 * Counts per run (`aux`) and per class are kept per refill and per flush, never per block. They are hints: before a
 * run is given back its bytes are read. Flags are how other threads say "I freed into this run"; they may be stale
 * or lost (see `remote.ts`), so `collect` with `all` goes by the bytes alone. A run's count and flag go with it from a thread
 * that parks (`leave`) to the one that adopts (`adopt`), so neither reads blocks that nobody freed; of a dead thread's runs a
 * reaper raises all flags, and whoever adopts them counts.
 *
 * Bounds: a look round a ring stops after RING_STEPS runs; a sweep, flush or recount reads each block of a run once.
 */

import { exchange, load, peek, seen } from '#ordering'
import type { Arena } from './arena.ts'
import { SIZES, SMALL_CLASSES } from './classes.ts'
import { COUNTERS } from './counters.ts'
import { Depot, STOWED_CLASSES } from './depot.ts'
import {
  type Geometry,
  LIST_WORDS,
  R_AVAIL,
  R_BASES,
  R_COOL,
  R_COUNTERS,
  R_CURSOR,
  R_DIRTY,
  R_FRESH,
  R_HINTS,
  R_LISTS,
  R_RING,
  R_RUSH,
  R_STOP,
  R_TAKEN,
  R_TARGET,
  R_YIELD,
  runPages,
} from './layout.ts'
import type { Rings } from './rings.ts'
import type { Runs } from './runs.ts'

/** Runs that one look round a ring visits at most. */
const RING_STEPS = 256

/** How a tier sets the knobs of one of its classes; all in blocks. */
interface Tuning {
  readonly target: number
  readonly rush: number
  readonly yield: number
}

export class Slabs {
  private readonly W: Int32Array
  private readonly S: Uint8Array
  private readonly F: Uint8Array
  private readonly D: Uint8Array
  private readonly g: Geometry
  private readonly at: number
  private readonly runs: Runs
  private readonly rings: Rings
  readonly depot: Depot

  constructor(arena: Arena, record: number, runs: Runs, rings: Rings) {
    this.W = arena.W
    this.S = arena.S
    this.F = arena.F
    this.D = arena.D
    this.g = arena.geometry
    this.at = record
    this.runs = runs
    this.rings = rings
    this.depot = new Depot(arena, record)
  }

  // ---- knobs and figures ------------------------------------------------------------------------------------------

  tune(c: number, tuning: Tuning): void {
    this.W[this.at + R_TARGET + c] = Math.min(tuning.target, this.g.caps[c])
    this.W[this.at + R_RUSH + c] = tuning.rush
    this.W[this.at + R_YIELD + c] = tuning.yield
  }

  yieldOf(c: number): number {
    return this.W[this.at + R_YIELD + c]
  }

  // ---- the cache ----------------------------------------------------------------------------------------------------

  /** Empties the caches of all state bytes, with all the room that those of the classes may have. */
  resetCaches(): void {
    const none = this.at + this.g.brims[0]
    this.W.fill(none, this.at + R_LISTS, this.at + R_LISTS + LIST_WORDS)
    for (let c = 1; c <= SMALL_CLASSES; c++) this.base(c, this.g.caps[c])
    this.depot.dropAll()
  }

  /** Gives the cache of a class room for so many blocks, at most `caps[c]`. */
  setRoom(c: number, room: number): void {
    if (this.roomOf(c) === room) return
    this.flush(c)
    this.base(c, room)
  }

  private base(c: number, room: number): void {
    const base = this.at + this.g.brims[c] - room
    this.W[base] = 0
    // The entry above the top is what a reaper takes for the block handed out last.
    this.W[base + 1] = 0
    this.W[this.at + R_BASES + c] = base
    this.W[this.at + R_LISTS + c] = base
  }

  cached(c: number): number {
    return this.W[this.at + R_LISTS + c] - this.W[this.at + R_BASES + c]
  }

  /** Whether this thread has freed blocks of the class that are in no run: in the cache, or in a magazine. */
  holdsAny(c: number): boolean {
    return this.cached(c) > 0 || (c <= STOWED_CLASSES && this.depot.find(c) >= 0)
  }

  private roomOf(c: number): number {
    return this.at + this.g.brims[c] - this.W[this.at + R_BASES + c]
  }

  /** Puts a live block of mine into its cache, which has room. */
  push(p: number, c: number): void {
    const W = this.W
    const at = this.at + R_LISTS + c
    const top = W[at] + 1
    this.S[p >>> 4] = c | 128
    W[top] = p
    W[at] = top
  }

  /** Whether the cache of the class holds no blocks at all, ever. */
  isClosed(c: number): boolean {
    return this.roomOf(c) === 0
  }

  /** Returns a live block of mine to its run, past the cache. */
  drop(p: number, c: number): void {
    this.S[p >>> 4] = 0
    const page = this.headPage(p)
    const free = ++this.W[this.g.aux + page]
    this.W[this.at + R_AVAIL + c] += 1
    if (free >= this.blocks(page, c)) this.retire(page, c)
  }

  /** Makes room in a full cache: its newer half becomes a magazine, or, of larger blocks, goes back to its runs. */
  makeRoom(c: number): void {
    const W = this.W
    const at = this.at + R_LISTS + c
    const isStowed = c <= STOWED_CLASSES
    const place = isStowed ? this.depot.next() : -1
    // While the cache still has its entries: giving runs back looks for those that lead into them.
    if (isStowed) this.empty(place)
    const old = W[at]
    const cached = this.cached(c)
    // Of a magazine an even number, see `Depot.put`.
    const half = (cached + 1) >>> 1
    const top = old - (isStowed ? Math.min(cached, half + (half & 1)) : half)
    W[at] = top
    if (!isStowed) {
      this.giveBack(c, top + 1, old)
      return
    }
    this.depot.put(place, c, top + 1, old - top)
    this.runs.count(COUNTERS.stowed)
  }

  /** Refills the empty cache from a magazine, if there is one of the class. */
  reload(c: number): boolean {
    const place = c <= STOWED_CLASSES ? this.depot.find(c) : -1
    if (place < 0) return false
    const at = this.at + R_LISTS + c
    const base = this.W[at]
    this.W[at] = base + this.depot.take(place, base + 1)
    this.runs.count(COUNTERS.reloaded)
    return true
  }

  /** Returns what the cache and the magazines of the class hold to its runs, and gives runs back that are empty then. */
  flush(c: number): void {
    const W = this.W
    const at = this.at + R_LISTS + c
    const old = W[at]
    const base = W[this.at + R_BASES + c]
    W[at] = base
    this.giveBack(c, base + 1, old)
    if (c > STOWED_CLASSES || !this.depot.hasAny(c)) return
    for (let place = 0; place < this.depot.count; place++) {
      if (this.depot.classAt(place) === c) this.empty(place)
    }
  }

  private empty(place: number): void {
    const c = this.depot.classAt(place)
    const first = this.depot.entriesAt(place)
    const last = first + this.depot.countAt(place) - 1
    this.depot.drop(place)
    this.giveBack(c, first, last)
  }

  /** Returns the blocks of entries that the cache has let go of, words `first` to `last`, to their runs. */
  private giveBack(c: number, first: number, last: number): void {
    if (last < first) return
    const W = this.W
    const S = this.S
    const { aux } = this.g
    // What is the same for all blocks of a run is looked up once for those that follow each other.
    let page = 0
    let blocks = 0
    let free = 0
    let counted = last
    for (let k = last; k >= first; k--) {
      const p = W[k]
      S[p >>> 4] = 0
      const head = this.headPage(p)
      if (head !== page) {
        if (page !== 0) W[aux + page] = free
        page = head
        blocks = this.blocks(page, c)
        free = W[aux + page]
      }
      free++
      if (free < blocks) continue
      W[aux + page] = free
      W[this.at + R_AVAIL + c] += counted - k + 1
      counted = k - 1
      this.retire(page, c, first, k - 1)
      page = 0
    }
    if (page !== 0) W[aux + page] = free
    W[this.at + R_AVAIL + c] += counted - first + 1
    this.runs.count(COUNTERS.flushes)
    this.runs.count(COUNTERS.flushed, last - first + 1)
  }

  // ---- runs of the class --------------------------------------------------------------------------------------------

  /** First page of the run that the block at `p` is in. */
  headPage(p: number): number {
    const page = p >>> 12
    return page - this.D[page]
  }

  private blocks(page: number, c: number): number {
    return Math.floor((runPages(this.W[this.g.runs + page]) * 4096) / SIZES[c])
  }

  /** Enters a run of the class (fresh, or adopted with `flagged`) into the ring. */
  enter(page: number, c: number, flagged: boolean): void {
    const W = this.W
    const aux = this.g.aux + page
    const blocks = flagged ? 0 : this.blocks(page, c)
    W[aux] = blocks
    W[this.at + R_AVAIL + c] += blocks
    // A flag of the pages' former life would silence every announcement of this one.
    exchange(this.F, page, flagged ? 1 : 0)
    if (flagged) W[this.at + R_DIRTY + c] += 1
    this.rings.insert(c, page)
  }

  /**
   * Enters an adopted run by the count that its last owner left (see `leave`). A run that is flagged, or whose count
   * cannot be, is entered as one of which nothing is known. True if it is.
   *
   * The flag is read behind the swap that took the extent; partner: N3 of `remote.ts`, behind which N4 finds the new owner.
   */
  adopt(page: number, c: number): boolean {
    const W = this.W
    const free = W[this.g.aux + page]
    if (load(this.F, page) !== 0 || free < 0 || free >= this.blocks(page, c)) {
      this.enter(page, c, true)
      return true
    }
    W[this.at + R_AVAIL + c] += free
    this.rings.insert(c, page)
    return false
  }

  /** Points the sweep at the start of a run; `fresh`: one that was just taken. */
  begin(page: number, c: number, fresh = false): void {
    const start = page << 8
    this.W[this.at + R_FRESH + c] = fresh ? 1 : 0
    this.W[this.at + R_CURSOR + c] = start
    this.W[this.at + R_STOP + c] = start + this.blocks(page, c) * (SIZES[c] >>> 4)
    this.W[this.at + R_TAKEN + c] = 0
  }

  /** Notes a sweep of the run at `page` up to `cursor` (0: its end) that took `got` blocks, `known` of them known free. */
  swept(page: number, c: number, cursor: number, got: number, known: number): void {
    const W = this.W
    const taken = W[this.at + R_TAKEN + c] + got
    const free = W[this.g.aux + page]
    // A run swept from end to end in vain has none free, whatever the count says: a late mark may have raised it.
    const left = cursor === 0 && taken === 0 ? 0 : Math.max(0, free - known)
    W[this.at + R_TAKEN + c] = taken
    W[this.at + R_CURSOR + c] = cursor
    W[this.g.aux + page] = left
    W[this.at + R_AVAIL + c] -= free - left
    if (cursor === 0) W[this.at + R_COOL + c] = taken < W[this.at + R_YIELD + c] ? 1 : 0
  }

  /** Whether the last run that was swept yielded too little; asked once. */
  takeCool(c: number): boolean {
    const at = this.at + R_COOL + c
    if (this.W[at] === 0) return false
    this.W[at] = 0
    return true
  }

  /**
   * The next run of the ring that is worth sweeping: flagged by another thread, or with at least `least` blocks
   * known to be free. 0 if there is none among the next `most`. Takes the flag down before the sweep reads.
   */
  pick(c: number, least: number, most = RING_STEPS): number {
    const W = this.W
    const dirty = this.at + R_DIRTY + c
    const hint = this.at + R_HINTS + c
    if (load(W, hint) !== 0) W[dirty] += exchange(W, hint, 0)
    if (W[dirty] <= 0 && W[this.at + R_AVAIL + c] < least) return 0
    const start = this.rings.hand(c)
    let page = start
    for (let steps = 0; page !== 0 && steps < most; steps++) {
      page = this.rings.next(page)
      if (peek(this.F, page) !== 0) {
        this.unflag(page, c)
        this.rings.setHand(c, page)
        return page
      }
      if (W[this.g.aux + page] >= least) {
        this.rings.setHand(c, page)
        return page
      }
      if (page === start) {
        W[dirty] = 0
        return 0
      }
    }
    if (page !== 0) this.rings.setHand(c, page)
    // A long look in vain: fewer runs are flagged than were announced (stale flags), look less often. Down to one, not
    // to none: it may be the only one, and only a whole round can tell.
    W[dirty] = (W[dirty] + 1) >> 1
    return 0
  }

  /** The next run of the ring, whatever is known of it: finds marks whose announcement was lost. 0 if none. */
  rotate(c: number): number {
    const hand = this.rings.hand(c)
    if (hand === 0) return 0
    const page = this.rings.next(hand)
    this.rings.setHand(c, page)
    this.unflag(page, c)
    return page
  }

  private unflag(page: number, c: number): void {
    if (peek(this.F, page) === 0) return
    exchange(this.F, page, 0)
    this.W[this.at + R_DIRTY + c] -= 1
  }

  /**
   * Makes every block of the class that is not live free (byte 0), recounts, and gives empty runs back.
   * Flushes the cache first: a block with an entry must not be counted free. With `all`, flags are not asked.
   */
  collect(c: number, all: boolean): void {
    const W = this.W
    const hint = this.at + R_HINTS + c
    if (load(W, hint) !== 0) W[this.at + R_DIRTY + c] += exchange(W, hint, 0)
    if (!all && W[this.at + R_DIRTY + c] <= 0) return
    this.flush(c)
    const start = this.rings.hand(c)
    let page = start
    // The ring may shrink under the walk: the walk is over when it has made as many steps as it had runs.
    let runs = 0
    if (page !== 0) {
      do {
        runs++
        page = this.rings.next(page)
      } while (page !== start)
    }
    for (; runs > 0; runs--) {
      const next = this.rings.next(page)
      if (all || peek(this.F, page) !== 0) {
        exchange(this.F, page, 0)
        this.recount(page, c)
      }
      page = next
    }
    W[this.at + R_DIRTY + c] = 0
  }

  /** The same for one run, into which no cache entry of mine points; only if it is flagged. */
  settle(page: number, c: number): void {
    if (peek(this.F, page) === 0) return
    this.unflag(page, c)
    this.recount(page, c)
  }

  /**
   * Leaves the runs of the class to whoever adopts them, in order: nothing cached, every count that of the bytes, but for
   * marks that a flag tells of or nobody told of. Reads the blocks of flagged runs, and of the one that is being swept, unless
   * it was taken fresh: its flag is down, and marks may lie ahead of the sweep.
   */
  leave(c: number): void {
    if (this.rings.hand(c) === 0) return
    this.collect(c, false)
    this.flush(c)
    const cursor = this.W[this.at + R_CURSOR + c]
    if (cursor !== 0 && this.W[this.at + R_FRESH + c] === 0) this.recount(this.headPage(cursor * 16), c)
  }

  private recount(page: number, c: number): void {
    const W = this.W
    const S = this.S
    const step = SIZES[c] >>> 4
    const blocks = this.blocks(page, c)
    let free = 0
    let remote = 0
    for (let k = 0, i = page << 8; k < blocks; k++, i += step) {
      const byte = seen(S, i)
      if (byte !== 0 && byte < 128) continue
      if (byte !== 0) S[i] = 0
      if (byte === 255) remote++
      free++
    }
    W[this.at + R_AVAIL + c] += free - W[this.g.aux + page]
    W[this.g.aux + page] = free
    this.runs.count(COUNTERS.collected, remote)
    if (free === blocks) this.retire(page, c)
  }

  /**
   * Gives the run back if the bytes say that none of its blocks is live or cached. Words `first` to `last`: entries that are
   * about to be given back.
   */
  retire(page: number, c: number, first = 0, last = -1): boolean {
    const W = this.W
    const S = this.S
    const from = page << 8
    const step = SIZES[c] >>> 4
    const stop = from + this.blocks(page, c) * step
    let remote = 0
    for (let i = from; i < stop; i += step) {
      const byte = seen(S, i)
      if (byte === 0) continue
      if (byte !== 255) return false
      remote++
    }
    // A mark may have come over the byte of a block that was cached at the time: freed twice, at once by two threads.
    if (remote > 0 && this.isCached(page, c, first, last)) return false
    const cursor = W[this.at + R_CURSOR + c]
    if (cursor >= from && cursor < stop) W[this.at + R_CURSOR + c] = 0
    for (let i = from; remote > 0 && i < stop; i += step) S[i] = 0
    this.unflag(page, c)
    this.rings.remove(c, page)
    W[this.at + R_AVAIL + c] -= W[this.g.aux + page]
    W[this.g.aux + page] = 0
    this.runs.give(page)
    this.runs.count(COUNTERS.runsRetired)
    return true
  }

  /** Whether an entry points into the run: of the cache, of a magazine, or of words `first` to `last`. */
  private isCached(page: number, c: number, first: number, last: number): boolean {
    const { depot } = this
    if (this.leadsInto(page, first, last)) return true
    const places = depot.hasAny(c) ? depot.count : 0
    for (let place = 0; place < places; place++) {
      const at = depot.entriesAt(place)
      if (depot.classAt(place) === c && this.leadsInto(page, at, at + depot.countAt(place) - 1)) return true
    }
    return this.leadsInto(page, this.W[this.at + R_BASES + c] + 1, this.W[this.at + R_LISTS + c])
  }

  private leadsInto(page: number, first: number, last: number): boolean {
    const end = page + runPages(this.W[this.g.runs + page])
    for (let k = first; k <= last; k++) {
      const entry = this.W[k] >>> 12
      if (entry >= page && entry < end) return true
    }
    return false
  }

  /** Whether other threads announced anything for the class, of which there are runs. */
  announced(c: number): boolean {
    if (this.rings.hand(c) === 0) return false
    return load(this.W, this.at + R_HINTS + c) !== 0 || this.W[this.at + R_DIRTY + c] > 0
  }

  /**
   * Forgets all that is known of runs, of every class; the caller re-derives. What others announced stays: it may come
   * at any time.
   */
  forget(): void {
    this.W.fill(0, this.at + R_RING, this.at + R_TARGET)
  }

  counter(at: number): number {
    return this.W[this.at + R_COUNTERS + at]
  }
}
