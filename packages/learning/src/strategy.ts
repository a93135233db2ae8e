/**
 * The seam at which large blocks are placed: a strategy says how many pages a request gets, which free run they come
 * from, and how much of what is freed is retained whole. The live tier and the ghosts ask the same objects, and before
 * the placement that they decide. A strategy keeps no state of its own: what it may know is in `Space`.
 *
 * To add one, write a file in `strategies/` and name it in `strategies/index.ts`.
 */

import { glance, layout, type ThreadRecord } from '@hakmem/arena'

export interface Strategy {
  readonly name: string
  /** Pages for a request of `pages`, at least as many. `site` is the call site's id, 0 if none was given. */
  pages(pages: number, site: number): number
  /** First page of the free run to take `pages` from, or 0 if none of this thread's fits. */
  place(space: Space, pages: number, site: number): number
  /** Whether the block goes to the end of that run rather than to its start. */
  atEnd?(space: Space, site: number): boolean
  /** Share of the used pages that freed runs may occupy before they join their neighbours. */
  readonly retain: number
}

/** What a strategy sees of one thread's memory. */
export class Space {
  /** Where a strategy left off, for it to write: a page number. */
  cursor = 0
  private readonly record: ThreadRecord

  constructor(record: ThreadRecord) {
    this.record = record
  }

  /** The shortest free run of at least `pages`, of those the lowest; 0 if there is none. */
  bestFit(pages: number): number {
    return this.record.runs.index.find(pages)
  }

  /** The lowest free run of at least `pages` that starts at page `from` or behind; 0 if there is none. */
  lowest(pages: number, from = 0): number {
    return this.record.runs.index.lowest(pages, from)
  }

  /** The highest free run of at least `pages`; 0 if there is none. */
  highest(pages: number): number {
    return this.record.runs.index.highest(pages)
  }

  /**
   * The lowest free run of `pages` to `enough` pages, failing that the lowest longer one; runs that would have to give
   * pages which were never used only if there is no other, and then those that give fewest. 0 if there is none.
   */
  lowestUsed(pages: number, enough: number): number {
    const { index } = this.record.runs
    let best = 0
    let fewest = pages + 1
    let isGood = false
    for (let node = index.find(pages); node !== 0; ) {
      const length = index.lengthOf(node)
      if (isGood && length > enough) break
      if (fewest > 0 || node < best) {
        const fresh = this.record.runs.untouched(node, pages)
        if (fresh < fewest || (fresh === fewest && node < best)) {
          best = node
          fewest = fresh
        }
        if (fresh === 0 && length <= enough) isGood = true
      }
      node = index.find(length, node + 1)
    }
    return best
  }

  /** Whether blocks of the call site are known, from enough of them, to live briefly. */
  isBrief(site: number): boolean {
    return site !== 0 && isBrief(this.record.arena.H, site)
  }
}

/** Looks the site up in the table that the leader of learning keeps. A stale entry places a block elsewhere, no worse. */
function isBrief(H: Int32Array, site: number): boolean {
  for (let k = 0; k < layout.SITES; k++) {
    const entry = glance(H, layout.H_SITES + k)
    if (entry === 0) return false
    if (entry >>> 1 === (site & 0x7fffffff)) return (entry & 1) === 1
  }
  return false
}
