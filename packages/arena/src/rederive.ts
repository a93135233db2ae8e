/**
 * What is free and what is used, by run words and state bytes alone: all else that a record knows of its pages is hints
 * (free index, rings, counts), which are made anew here.
 *
 * After an adoption for one chain of extents, which its last owner left or a reaper orphaned: run words are whole, and
 * counts hold where no flag is up. After a throw out of a slow path for all extents: any step of it may be missing, so every
 * hint goes, and blocks are counted by their bytes. Only the owner calls this, between `enter` and `leave` or as it attaches.
 *
 * Bounds: each page of the extents is looked at once, the blocks of flagged runs are read once.
 */

import { LARGE, SMALL_CLASSES } from './classes.ts'
import { COUNTERS } from './counters.ts'
import { HeapFormatError } from './errors.ts'
import { FREED } from './events.ts'
import { runFault } from './faults.ts'
import { FREE_TAG, R_FAILURES, R_OP, runClass, runPages } from './layout.ts'
import type { ThreadRecord } from './record.ts'

/** Takes the chain adopted at `first` into use; the extent behind it. `settles`: counts the blocks of flagged runs at once. */
export function adopted(record: ThreadRecord, first: number, settles: boolean): number {
  const { arena, extents } = record
  let end = first + 1
  while (end < arena.geometry.extents && extents.isMine(end) && extents.isCont(end)) end++
  const flagged = rederive(record, first, end, true)
  if (settles && flagged > 0) settleRuns(record, first, end)
  // What was adopted may join: a request that failed before may fit now.
  arena.W[record.at + R_FAILURES] = 0
  record.count(COUNTERS.refillAdopted, end - first)
  return end
}

/** Re-derives everything from run words and state bytes, after a throw out of a slow path. */
export function recover(record: ThreadRecord): void {
  const { arena, extents } = record
  for (let c = 1; c <= SMALL_CLASSES; c++) record.count(COUNTERS.listsDropped, record.slabs.cached(c))
  record.reset()
  extents.settle()
  const count = arena.geometry.extents
  // Tags first, everywhere: a stale one would join a free run with a neighbour that is not derived yet.
  for (let e = extents.nextMine(0); e < count; e = extents.nextMine(e + 1)) clearTags(record, e)
  for (let e = extents.nextMine(0); e < count; ) {
    let end = e + 1
    while (end < count && extents.isMine(end)) end++
    rederive(record, e, end, false)
    e = extents.nextMine(end)
  }
  arena.W[record.at + R_OP] = 0
  record.count(COUNTERS.recovered)
}

/**
 * Walks the run words of extents [first, end), all mine: used runs enter their rings, the rest the free index. `inOrder`:
 * their last owner left them, or was reaped, so that counts hold where no flag is up. How many flags are.
 */
function rederive(record: ThreadRecord, first: number, end: number, inOrder: boolean): number {
  const { extents, runs } = record
  const { W, geometry: g } = record.arena
  const shift = g.extentPageShift
  // A power in the loop below is a call: 7 us for an extent of 256 pages.
  const within = (1 << shift) - 1
  const stop = end << shift
  let page = first << shift
  let gap = page
  let covered = page
  let flagged = 0
  while (page < stop) {
    if ((page & within) === 0) extents.setCont(page >>> shift, page < covered)
    const word = runs.word(page)
    if (word === 0) {
      // The tag of a free run that its last owner knew; used runs have none (`runs.ts`).
      if ((W[g.aux + page] & FREE_TAG) !== 0) W[g.aux + page] = 0
      page++
      continue
    }
    const fault = runFault(g, page, word, stop)
    if (fault !== undefined) throw new HeapFormatError(`The metadata of the heap is damaged: ${fault}.`)
    const c = runClass(word)
    const pages = runPages(word)
    if (c === LARGE && !record.wholes.settle(page)) {
      record.wholes.erase(page)
      W[g.runs + page] = 0
      if (record.events.isWanted()) record.events.note(FREED, page, 0, 0)
      page++
      continue
    }
    if (page > gap) runs.addFree(gap, page - gap)
    covered = page + pages
    for (let e = ((page + pages - 1) >>> shift) | 0; e << shift > page; e--) extents.setCont(e, true)
    runs.usedPages += pages
    if (c === LARGE) record.rings.insert(LARGE, page)
    else if (!inOrder) record.slabs.enter(page, c, true)
    else if (record.slabs.adopt(page, c)) flagged++
    page = covered
    gap = page
  }
  if (stop > gap) runs.addFree(gap, stop - gap)
  return flagged
}

/** Counts the blocks of the flagged runs in extents [first, end), just adopted; runs without a live one go back. */
function settleRuns(record: ThreadRecord, first: number, end: number): void {
  const { extents, runs } = record
  const shift = record.arena.geometry.extentPageShift
  for (let page = first << shift; page < end << shift; ) {
    // An extent that went back with a run may be another thread's by now.
    const word = extents.isMine(page >>> shift) ? runs.word(page) : 0
    if (word !== 0 && runClass(word) !== LARGE) record.slabs.settle(page, runClass(word))
    page += Math.max(1, runPages(word))
  }
}

/** Takes the tags of free runs off all pages of an extent. */
function clearTags(record: ThreadRecord, extent: number): void {
  const { W, geometry: g } = record.arena
  const end = (extent + 1) << g.extentPageShift
  for (let page = extent << g.extentPageShift; page < end; page++) {
    if (record.runs.index.tagged(page) !== 0) W[g.aux + page] = 0
  }
}
