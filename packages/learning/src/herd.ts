/**
 * The herd: a ghost per strategy, all told the same. An epoch ends with a score for each: how far its high-water mark is
 * above the most that was live, and a tenth of what its work says.
 *
 * After an event was lost nothing that it says is true any more: it starts over with nothing, and learns of blocks as
 * they are taken.
 */

import { type Arena, FREED, type OnEvent, RESIZED, TOOK } from '@hakmem/arena'
import { Ghost } from './ghost.ts'
import type { Candidate } from './guard.ts'
import { Sites } from './sites.ts'
import type { Strategy } from './strategy.ts'

/** Weight of the work in a score, against that of the memory. */
const WORK_WEIGHT = 0.1
/** Classes of sizes: powers of two of pages. */
const SIZE_CLASSES = 20

export class Herd {
  private readonly live: Arena
  private readonly strategies: readonly Strategy[]
  private ghosts: Ghost[] = []
  private sites = new Sites()
  /** By page of a live block: pages asked for, call site, and the clock when it was taken. */
  private readonly pages: Int32Array
  private readonly siteOf: Int32Array
  private readonly born: Float64Array
  private livePages = 0
  private peak = 0
  /** Blocks taken since `takeSizes`, by size. */
  private sizes = new Float64Array(SIZE_CLASSES)
  /** How often it started over. */
  resets = -1

  constructor(live: Arena, strategies: readonly Strategy[]) {
    this.live = live
    this.strategies = strategies
    this.pages = new Int32Array(live.geometry.pages)
    this.siteOf = new Int32Array(live.geometry.pages)
    this.born = new Float64Array(live.geometry.pages)
    this.reset()
  }

  reset(): void {
    this.ghosts = this.strategies.map((strategy) => new Ghost(this.live, strategy))
    this.sites = new Sites()
    this.pages.fill(0)
    this.livePages = 0
    this.peak = 0
    this.resets++
  }

  /** The most pages that were live at once, as asked for. */
  get peakPages(): number {
    return this.peak
  }

  /** What to hand to `EventReader.read` for the record at `slot`. False: an event cannot be true, so others were lost. */
  listener(slot: number): OnEvent {
    return (kind, page, pages, site) => this.tell(slot, kind, page, pages, site)
  }

  tell(slot: number, kind: number, page: number, pages: number, site: number): void {
    if (kind === TOOK) this.took(slot, page, pages, site)
    else if (this.pages[page] === 0) return
    else if (kind === FREED) this.freed(page)
    else if (kind === RESIZED) this.resized(page, pages)
  }

  /** Counts of the sizes taken since this was asked last. */
  takeSizes(): Float64Array {
    const { sizes } = this
    this.sizes = new Float64Array(SIZE_CLASSES)
    return sizes
  }

  /** What each strategy came to so far, in their order; `reference`: the one whose work is the measure. */
  candidates(reference: number): Candidate[] {
    const unit = this.ghosts[reference].work || 1
    return this.ghosts.map(({ highWater, work }) => ({
      highWater,
      score: -(Math.log(highWater / Math.max(1, this.peak)) + WORK_WEIGHT * Math.log(1 + work / unit)),
    }))
  }

  /** What is known of call sites, for the buffer and for all ghosts. */
  publishSites(): Int32Array {
    const words = this.sites.words()
    for (const ghost of this.ghosts) ghost.setSites(words)
    return words
  }

  private took(slot: number, page: number, pages: number, site: number): void {
    // Its free was read after it, from another thread's ring: the page changed hands in between.
    if (this.pages[page] !== 0) this.freed(page)
    this.pages[page] = pages
    this.siteOf[page] = site
    this.born[page] = this.sites.now
    this.sites.took(pages)
    this.livePages += pages
    this.peak = Math.max(this.peak, this.livePages)
    this.sizes[Math.min(SIZE_CLASSES - 1, 31 - Math.clz32(pages))] += 1
    for (const ghost of this.ghosts) ghost.took(slot, page, pages, site)
  }

  private freed(page: number): void {
    this.sites.freed(this.siteOf[page], this.born[page], this.livePages)
    this.livePages -= this.pages[page]
    this.pages[page] = 0
    for (const ghost of this.ghosts) ghost.freed(page)
  }

  private resized(page: number, pages: number): void {
    this.livePages += pages - this.pages[page]
    this.pages[page] = pages
    this.peak = Math.max(this.peak, this.livePages)
    for (const ghost of this.ghosts) ghost.resized(page, pages)
  }
}
