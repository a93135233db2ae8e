/**
 * Large: blocks of 64 KiB and more, each a run of pages of its own, placed by a policy.
 *
 * A request takes, in this order: a retained run of just its length; what the policy places in the thread's own
 * free runs; what the arena can find (other threads' frees, orphans, fresh extents, several in a row if it is longer
 * than one). A freed run is retained whole while the policy's share allows, then joins its neighbours.
 *
 * A block of zeros is written only where memory was ever in use: the rest of the buffer is zero still.
 */

import { COUNTERS, LARGE, PAGE, type Ptr, R_OUT, type ThreadRecord } from '@hakmem/arena'
import { bestFit, type Policy } from './policy.ts'

/** What a request that does not fit gets. */
const NULL = 0 as Ptr

export class Large {
  readonly record: ThreadRecord
  readonly policy: Policy

  /** For the thread that claimed `record`. */
  constructor(record: ThreadRecord, policy: Policy = bestFit) {
    this.record = record
    this.policy = policy
  }

  /** A block of at least `bytes`, as its byte offset; 0 if there is no room. `zeroed`: filled with zeros. */
  take(bytes: number, site = 0, zeroed = false): Ptr {
    const { record, policy } = this
    const { runs } = record
    const pages = policy.pages(bytes, site)
    if (pages >= record.arena.geometry.pages) return NULL
    record.enter()
    record.wholes.collect(false)
    let page = runs.takeRetained(pages)
    let virgin = page + pages
    if (page !== 0) {
      record.count(COUNTERS.largeRetained)
    } else {
      const node = policy.place(runs, pages, site)
      if (node !== 0) page = runs.carve(node, node, pages, LARGE)
      else page = this.room(pages, 1)
      virgin = runs.virginFrom
    }
    return this.publish(page, zeroed ? virgin : page)
  }

  /** As `take`, aligned to `alignment` bytes, a power of two of at least a page. */
  takeAligned(bytes: number, alignment: number): Ptr {
    const pages = this.policy.pages(bytes, 0)
    if (Math.max(pages, alignment / PAGE) >= this.record.arena.geometry.pages) return NULL
    this.record.enter()
    const page = this.record.runs.take(pages, LARGE, alignment / PAGE) || this.room(pages, alignment / PAGE)
    return this.publish(page, page)
  }

  /** Frees the block at `page`, of this thread. Between the record's `enter` and `leave`. */
  release(page: number): void {
    const { runs, wholes } = this.record
    wholes.withdraw(page)
    this.record.count(COUNTERS.largeFreed)
    if (!runs.retain(page, Math.floor(runs.usedPages * this.policy.retain))) runs.give(page)
  }

  /** Makes the block at `page`, of this thread, hold `bytes` where it is, by more or fewer pages. False if it cannot. */
  resize(page: number, bytes: number): boolean {
    const { record } = this
    const pages = this.policy.pages(bytes, 0)
    if (pages >= record.arena.geometry.pages) return false
    record.enter()
    // Entering may collect a block that another thread frees at the same time: look after it.
    const had = record.wholes.isLive(page) ? record.runs.pagesAt(page) : 0
    if (pages < had) record.runs.trim(page, pages)
    const done = had !== 0 && (pages <= had || record.runs.grow(page, pages))
    if (done && pages > had) record.count(COUNTERS.largeGrown)
    record.leave()
    return done
  }

  private room(pages: number, alignment: number): number {
    return this.record.room(pages, LARGE, alignment) || this.record.lastRoom(pages, LARGE, alignment)
  }

  /** Zeroes [page, dirty), makes the run a live block and ends the slow path. */
  private publish(page: number, dirty: number): Ptr {
    const { record } = this
    if (page !== 0) {
      if (dirty > page) record.arena.U8.fill(0, page * PAGE, dirty * PAGE)
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
