/**
 * Large: blocks of 64 KiB and more, each a run of pages of its own, placed by the strategy that the policy word names.
 *
 * A request takes, in this order: a retained run of just its length; what the strategy places in the thread's own
 * free runs; what the arena can find (marks that nobody announced, other threads' frees, orphans, fresh extents, several
 * in a row if it is longer than one). A freed run is retained whole while the strategy's share allows, then joins its
 * neighbours. The strategy is looked up behind `enter`, which follows the policy word, and before the placement.
 *
 * While the leader of learning asks, every operation is noted in the record's ring of events; else that costs a
 * comparison.
 *
 * Most requests up to CACHED_MAX do not come here: where nobody learns and the default strategy places, freed blocks of
 * these sizes stay in the thread's caches, by size class like small ones, and only what the cache lacks is taken, as a
 * run of one block. It is what makes them as fast as mid blocks.
 */

import {
  aimDirty,
  aimFresh,
  aimOrphaned,
  aimRotated,
  type Carving,
  COUNTERS,
  FREED,
  LARGE,
  MID_CLASSES,
  PAGE,
  type Ptr,
  R_OUT,
  RESIZED,
  SIZES,
  SMALL_CLASSES,
  type ThreadRecord,
  TOOK,
} from '@hakmem/arena'
import { DEFAULT_STRATEGY, STRATEGIES } from './strategies/index.ts'
import { Space, type Strategy } from './strategy.ts'

/** Runs that other threads freed which one refill looks at. */
const RUNS_PER_REFILL = 8

/** What a request that does not fit gets. */
const NULL = 0 as Ptr

export class Large {
  readonly record: ThreadRecord
  private readonly space: Space
  private readonly fixed: Strategy | undefined

  /** For the thread that claimed `record`. `fixed`: a strategy to keep to, whatever the policy word says. */
  constructor(record: ThreadRecord, fixed?: Strategy) {
    this.record = record
    this.space = new Space(record)
    this.fixed = fixed
    for (let c = MID_CLASSES + 1; c <= SMALL_CLASSES; c++)
      record.slabs.tune(c, { target: 1, rush: 0, yield: 1 })
  }

  /** What the next request is placed by, if the policy word stays. */
  get strategy(): Strategy {
    return this.fixed ?? STRATEGIES[this.record.follower.strategy] ?? DEFAULT_STRATEGY
  }

  /**
   * Aims the sweep at a run of class `c`, of one block, that a cache may keep: other threads' frees and orphans first.
   * Between the record's `enter` and `leave`.
   */
  aim(c: number, runs: number): boolean {
    const { record } = this
    if (runs < RUNS_PER_REFILL && aimDirty(record, c)) return true
    const carving: Carving = { pages: SIZES[c] / PAGE, alignment: 1 }
    if (runs === 0 && (aimRotated(record, c) || aimOrphaned(record, c, carving))) return true
    return aimFresh(record, c, carving)
  }

  /** A block of at least `bytes`, as its byte offset; 0 if there is no room. */
  take(bytes: number, site = 0): Ptr {
    const { record, space } = this
    const { runs } = record
    const asked = pagesOf(bytes)
    if (asked >= record.arena.geometry.pages) return NULL
    record.enter()
    const { strategy } = this
    const pages = strategy.pages(asked, site)
    record.wholes.collect(false)
    let page = runs.takeRetained(pages)
    if (page !== 0) {
      record.count(COUNTERS.largeRetained)
    } else {
      let node = strategy.place(space, pages, site)
      if (node === 0 && record.wholes.rotate()) node = strategy.place(space, pages, site)
      if (node === 0) page = this.room(pages, 1)
      else page = runs.carve(node, this.startIn(node, pages, site, strategy), pages, LARGE)
    }
    return this.publish(page, asked, site)
  }

  /** As `take`, aligned to `alignment` bytes, a power of two of at least a page. */
  takeAligned(bytes: number, alignment: number): Ptr {
    const asked = pagesOf(bytes)
    if (Math.max(asked, alignment / PAGE) >= this.record.arena.geometry.pages) return NULL
    this.record.enter()
    const pages = this.strategy.pages(asked, 0)
    const page = this.record.runs.take(pages, LARGE, alignment / PAGE) || this.room(pages, alignment / PAGE)
    return this.publish(page, asked, 0)
  }

  /** Frees the block at `page`, of this thread. Between the record's `enter` and `leave`. */
  release(page: number): void {
    const { runs, wholes, events } = this.record
    wholes.withdraw(page)
    this.record.count(COUNTERS.largeFreed)
    if (events.isWanted()) events.note(FREED, page, 0, 0)
    if (!runs.retain(page, Math.floor(runs.usedPages * this.strategy.retain))) runs.give(page)
  }

  /** Makes the block at `page`, of this thread, hold `bytes` where it is, by more or fewer pages. False if it cannot. */
  resize(page: number, bytes: number): boolean {
    const { record } = this
    const asked = pagesOf(bytes)
    if (asked >= record.arena.geometry.pages) return false
    record.enter()
    const pages = this.strategy.pages(asked, 0)
    // Entering may collect a block that another thread frees at the same time: look after it.
    const had = record.wholes.isLive(page) ? record.runs.pagesAt(page) : 0
    if (pages < had) record.runs.trim(page, pages)
    const done = had !== 0 && (pages <= had || record.runs.grow(page, pages))
    if (done && pages > had) record.count(COUNTERS.largeGrown)
    if (done && record.events.isWanted()) record.events.note(RESIZED, page, asked, 0)
    record.leave()
    return done
  }

  /** First page of the block in the free run at `node`. */
  private startIn(node: number, pages: number, site: number, strategy: Strategy): number {
    if (strategy.atEnd?.(this.space, site) !== true) return node
    return node + this.record.runs.index.lengthOf(node) - pages
  }

  private room(pages: number, alignment: number): number {
    return this.record.room(pages, LARGE, alignment) || this.record.lastRoom(pages, LARGE, alignment)
  }

  /** Makes the run at `page` a live block and ends the slow path. */
  private publish(page: number, asked: number, site: number): Ptr {
    const { record } = this
    if (page !== 0) {
      if (record.events.isWanted()) record.events.note(TOOK, page, asked, site)
      record.wholes.enter(page)
      record.count(COUNTERS.largeTaken)
    }
    record.leave()
    if (page !== 0) {
      record.arena.W[record.at + R_OUT] = page * PAGE
      record.arena.S[page << 8] = LARGE
    }
    return (page * PAGE) as Ptr
  }
}

function pagesOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / PAGE))
}
