/**
 * A ghost: the large blocks of a heap as they would lie under another strategy.
 *
 * It is the live tier itself, `Large` on records, extents and runs, over an arena of which only the metadata exists. So a
 * ghost cannot differ from what it predicts but in what it is told. Every operation of every thread must be told, in each
 * thread's order: a free that was missed would be a hole for ever.
 *
 * What it does not know: where tiny and mid runs lie between the large ones, and that a block which the live tier moved
 * might have grown in place here.
 */

import { type Arena, COUNTERS, layout, PAGE, ThreadRecord } from '@hakmem/arena'
import { Large } from './large.ts'
import type { Strategy } from './strategy.ts'

/** Thread ids of the ghosts' records: no host reaches them. */
const FIRST_THREAD = 2 ** 29
/** A claim or a release of an extent, in takes and gives of runs. */
const EXTENT_WORK = 2

export class Ghost {
  readonly strategy: Strategy
  readonly arena: Arena
  private readonly larges: (Large | undefined)[] = []
  /** By page in the live heap: the block's page here (0: none), and the slot that took it. */
  private readonly pages: Int32Array
  private readonly slots: Uint16Array
  /** Pages that were asked for when there was no room. */
  private missing = 0

  /** `live`: the heap that it shadows. */
  constructor(live: Arena, strategy: Strategy) {
    this.strategy = strategy
    this.arena = live.shadow()
    this.pages = new Int32Array(live.geometry.pages)
    this.slots = new Uint16Array(live.geometry.pages)
  }

  took(slot: number, page: number, pages: number, site: number): void {
    const here = this.large(slot).take(pages * PAGE, site) / PAGE
    if (here === 0) this.missing += pages
    this.pages[page] = here
    this.slots[page] = slot
  }

  freed(page: number): void {
    const here = this.pages[page]
    if (here === 0) return
    this.pages[page] = 0
    const large = this.large(this.slots[page])
    large.record.enter()
    large.release(here)
    large.record.leave()
  }

  /** As `realloc`: in place, or by a new block before the old one is freed. */
  resized(page: number, pages: number): void {
    const here = this.pages[page]
    if (here === 0 || this.large(this.slots[page]).resize(here, pages * PAGE)) return
    this.moved(page, page, pages, 0)
  }

  /** The block at `from` is one of `pages` at `to` now, taken before the old one was freed. */
  private moved(from: number, to: number, pages: number, site: number): void {
    const slot = this.slots[from]
    const old = this.pages[from]
    this.took(slot, to, pages, site)
    const moved = this.pages[to]
    this.pages[from] = old
    this.freed(from)
    this.pages[to] = moved
  }

  /** Pages that were ever part of a block, and those there was no room for: memory that cannot be had back. */
  get highWater(): number {
    const { W, geometry: g } = this.arena
    let touched = this.missing
    for (let e = g.firstExtent; e < g.extents; e++) touched += W[g.touched + e]
    return touched
  }

  /** What its placements cost: runs carved and given back, extents claimed and released. */
  get work(): number {
    let work = 0
    for (const large of this.larges) {
      if (large === undefined) continue
      const count = (counter: number) => large.record.slabs.counter(counter)
      const carved = count(COUNTERS.largeTaken) - count(COUNTERS.largeRetained)
      work += carved + EXTENT_WORK * (count(COUNTERS.refillExtent) + count(COUNTERS.extentsReleased))
    }
    return work
  }

  /** Tells it what is known of call sites now. */
  setSites(words: Int32Array): void {
    this.arena.H.set(words, layout.H_SITES)
  }

  private large(slot: number): Large {
    let large = this.larges[slot]
    if (large === undefined) {
      large = new Large(ThreadRecord.claim(this.arena, FIRST_THREAD + slot), this.strategy)
      this.larges[slot] = large
    }
    return large
  }
}
