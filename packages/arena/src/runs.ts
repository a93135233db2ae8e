/**
 * Runs: rows of pages inside a thread's own extents, handed out by best fit in address order.
 *
 * A used run's first page has a run word (class, length); that word alone is truth. Everything else in the
 * thread's extents is free, and the index of it is a hint. A run may cross from one extent of the thread into the
 * next; the extents whose first page it covers then carry CONT, so that whoever adopts takes the whole chain.
 *
 * Order of writes: allocate: index, CONT, touched, depths, run word (the commit), and for a large run its state byte
 * last. Free: state bytes, run word, CONT, index. So a thread that stops anywhere leaves a run that is wholly used or
 * wholly free to whoever re-derives the rest, and every extent that a used run covers has its CONT.
 *
 * Extents that a free covers whole go back when the thread holds more free pages than a quarter of its used ones
 * and two extents: fewer would be claimed again at once by workloads that toggle (mid-large-mt). And only once memory is
 * getting short: while the middle of the heap is untouched (claims go from the lowest address up) a thread keeps what it
 * has, because free pages in two pools fragment. Giving back at once took 1.96 times the live memory on growing vectors,
 * this 1.35 (docs/learning.md). `flush`, `park` and pressure give back all the same.
 */

import { glance } from '#ordering'
import type { Arena } from './arena.ts'
import { MID_CLASSES } from './classes.ts'
import { COUNTERS } from './counters.ts'
import type { Extents } from './extents.ts'
import { FreeIndex } from './freeindex.ts'
import {
  type Geometry,
  R_COUNTERS,
  R_RETAIN_AT,
  R_RETAIN_PAGES,
  R_RETAINED,
  R_USED_PAGES,
  RETAINED,
  runClass,
  runPages,
  runWord,
} from './layout.ts'

/** Candidates that an aligned search looks at before it asks for room to align in. */
const ALIGNED_TRIES = 8

export class Runs {
  readonly index: FreeIndex
  /** First page of the run last carved, and its page from which on none was ever part of a run: they are still zero. */
  carved = 0
  virginFrom = 0
  private readonly W: Int32Array
  private readonly D: Uint8Array
  private readonly extents: Extents
  private readonly g: Geometry
  private readonly record: number
  private readonly middle: number

  constructor(arena: Arena, record: number, extents: Extents) {
    this.W = arena.W
    this.D = arena.D
    this.g = arena.geometry
    this.record = record
    this.extents = extents
    this.index = new FreeIndex(arena, record)
    this.middle = this.g.touched + ((this.g.firstExtent + this.g.extents) >>> 1)
  }

  /** The run word at `page`; 0 if no run starts there. */
  word(page: number): number {
    return this.W[this.g.runs + page]
  }

  pagesAt(page: number): number {
    return runPages(this.word(page))
  }

  get usedPages(): number {
    return this.W[this.record + R_USED_PAGES]
  }

  /** Pages of the extents that the thread holds. */
  get heldPages(): number {
    return this.usedPages + this.index.pages
  }

  set usedPages(pages: number) {
    this.W[this.record + R_USED_PAGES] = pages
  }

  /** A free run that holds `pages` from a multiple of `alignment` on, by best fit; 0 if there is none. */
  bestFit(pages: number, alignment = 1, most = ALIGNED_TRIES): number {
    let node = this.index.find(pages)
    if (alignment === 1) return node
    for (let tries = 0; node !== 0 && tries < most; tries++) {
      if (alignUp(node, alignment) + pages <= node + this.index.lengthOf(node)) return node
      node = this.index.find(this.index.lengthOf(node), node + 1)
    }
    return this.index.find(pages + alignment - 1)
  }

  /** Takes `pages` from page `start` on out of the free run at `node` for class `c`, and returns `start`. */
  carve(node: number, start: number, pages: number, c: number): number {
    const end = node + this.index.lengthOf(node)
    this.index.remove(node)
    if (start > node) this.index.insert(node, start - node)
    if (start + pages < end) this.index.insert(start + pages, end - start - pages)
    this.usedPages += pages
    this.cover(start, 0, pages)
    this.carved = start
    this.virginFrom = this.touch(start, start + pages)
    // Of a large run, that of the page which its one block starts in.
    for (let depth = c <= MID_CLASSES ? pages - 1 : 0; depth >= 0; depth--) this.D[start + depth] = depth
    this.W[this.g.runs + start] = runWord(c, pages)
    return start
  }

  /** Best fit, carved; 0 if nothing fits. */
  take(pages: number, c: number, alignment = 1, most = ALIGNED_TRIES): number {
    const node = this.bestFit(pages, alignment, most)
    return node === 0 ? 0 : this.carve(node, alignUp(node, alignment), pages, c)
  }

  /** Frees the used run at `page`; its state bytes are 0 already. */
  give(page: number): void {
    const pages = this.pagesAt(page)
    this.W[this.g.runs + page] = 0
    this.uncover(page, 0, pages)
    this.usedPages -= pages
    this.addFreed(page, pages)
  }

  /** Adds pages of mine that no used run covers, joined with their free neighbours. First page of the whole. */
  addFree(page: number, pages: number): number {
    let from = page
    let length = pages
    const before = this.isMine(page - 1) ? this.index.tagged(page - 1) : 0
    if (before !== 0) {
      from -= before
      length += before
      this.index.remove(from)
    }
    const after = this.isMine(page + pages) ? this.index.tagged(page + pages) : 0
    if (after !== 0) {
      length += after
      this.index.remove(page + pages)
    }
    this.index.insert(from, length)
    return from
  }

  private addFreed(page: number, pages: number): void {
    const from = this.addFree(page, pages)
    if (this.hasExcess()) this.releaseIn(from, this.index.lengthOf(from))
  }

  /** Lengthens the large run at `page` over the free pages behind it, claimed if need be. False if they are not free. */
  grow(page: number, pages: number): boolean {
    const had = this.pagesAt(page)
    const end = page + had
    const more = pages - had
    let room = this.isMine(end) ? this.index.tagged(end) : 0
    if (room < more) {
      const shift = this.g.extentPageShift
      const from = (end + room) >>> shift
      if (from << shift !== end + room) return false
      const count = Math.ceil((more - room) / 2 ** shift)
      if (!this.extents.claimAt(from, count)) return false
      this.count(COUNTERS.refillExtent, count)
      this.addFree(from << shift, count << shift)
      room = this.index.lengthOf(end)
    }
    this.index.remove(end)
    if (room > more) this.index.insert(end + more, room - more)
    this.usedPages += more
    this.cover(page, had, pages)
    this.touch(end, page + pages)
    this.W[this.g.runs + page] = runWord(runClass(this.word(page)), pages)
    return true
  }

  /** Cuts the large run at `page` down to its first `pages` pages. */
  trim(page: number, pages: number): void {
    const had = this.pagesAt(page)
    this.W[this.g.runs + page] = runWord(runClass(this.word(page)), pages)
    this.uncover(page, pages, had)
    this.usedPages -= had - pages
    this.addFreed(page + pages, had - pages)
  }

  /** Gives back every extent that is wholly free. Looks at each free run of at least an extent once. */
  releaseWhole(): void {
    const extent = 2 ** this.g.extentPageShift
    let length = extent
    let from = 0
    for (;;) {
      const node = this.index.find(length, from)
      if (node === 0) return
      length = this.index.lengthOf(node)
      from = node + 1
      if (this.releaseIn(node, length)) {
        // The rests on both sides are shorter than an extent; what follows in the index is longer.
        from = 0
      }
    }
  }

  // ---- retained runs: freed (state byte 0), kept whole for the next request of just their length ----------------

  /** Keeps the freed large run at `page` if at most `budget` pages are then kept; the oldest goes to make room. */
  retain(page: number, budget: number): boolean {
    const W = this.W
    const pages = this.pagesAt(page)
    if (pages > budget) return false
    for (let k = 0; k < RETAINED; k++) {
      const at = this.record + R_RETAIN_AT
      const slot = this.record + R_RETAINED + (W[at] % RETAINED)
      if (W[slot] === 0 && W[this.record + R_RETAIN_PAGES] + pages <= budget) {
        W[slot] = page
        W[this.record + R_RETAIN_PAGES] += pages
        W[at] = (W[at] + 1) % RETAINED
        return true
      }
      this.dropSlot(slot)
      W[at] = (W[at] + 1) % RETAINED
    }
    return false
  }

  /** A retained run of exactly `pages`, taken out of the list; 0 if there is none. */
  takeRetained(pages: number): number {
    if (this.W[this.record + R_RETAIN_PAGES] < pages) return 0
    for (let k = 0; k < RETAINED; k++) {
      const slot = this.record + R_RETAINED + k
      const page = this.W[slot]
      if (page !== 0 && this.pagesAt(page) === pages) {
        this.W[slot] = 0
        this.W[this.record + R_RETAIN_PAGES] -= pages
        return page
      }
    }
    return 0
  }

  dropRetained(): void {
    for (let k = 0; k < RETAINED; k++) this.dropSlot(this.record + R_RETAINED + k)
  }

  /** Forgets the list without freeing: the caller re-derives, and finds the runs by their state byte. */
  forgetRetained(): void {
    this.W.fill(0, this.record + R_RETAINED, this.record + R_RETAINED + RETAINED)
    this.W[this.record + R_RETAIN_PAGES] = 0
  }

  private dropSlot(slot: number): void {
    const page = this.W[slot]
    if (page === 0) return
    this.W[slot] = 0
    this.W[this.record + R_RETAIN_PAGES] -= this.pagesAt(page)
    this.give(page)
  }

  // ---- extents under the runs -------------------------------------------------------------------------------------

  count(counter: number, by = 1): void {
    this.W[this.record + R_COUNTERS + counter] += by
  }

  private isMine(page: number): boolean {
    return this.extents.isMine(page >>> this.g.extentPageShift)
  }

  private hasExcess(): boolean {
    return this.index.pages > (this.usedPages >>> 2) + (2 << this.g.extentPageShift) && this.isShort()
  }

  /** Whether memory is getting short: half of the heap was in use before. */
  isShort(): boolean {
    // Another thread's word: a stale one makes no difference but to how soon.
    return glance(this.W, this.middle) !== 0
  }

  /** Gives back the extents wholly inside the free run at `page`; true if there were any. */
  private releaseIn(page: number, length: number): boolean {
    const shift = this.g.extentPageShift
    const first = (page + 2 ** shift - 1) >>> shift
    const end = (page + length) >>> shift
    if (first >= end) return false
    this.index.remove(page)
    if (first << shift > page) this.index.insert(page, (first << shift) - page)
    const rest = page + length - (end << shift)
    if (rest > 0) this.index.insert(end << shift, rest)
    for (let e = end - 1; e >= first; e--) this.extents.release(e)
    this.count(COUNTERS.extentsReleased, end - first)
    return true
  }

  /** Sets CONT on the extents that begin inside pages [from, to) of the run at `page`, ascending. */
  private cover(page: number, from: number, to: number): void {
    const shift = this.g.extentPageShift
    const last = (page + to - 1) >>> shift
    for (let e = ((page + Math.max(from, 1) - 1) >>> shift) + 1; e <= last; e++) this.extents.setCont(e, true)
  }

  /** Notes that pages [from, end) are in use from now on. The page from which on none of them ever was. */
  private touch(from: number, end: number): number {
    const W = this.W
    const shift = this.g.extentPageShift
    let virgin = from
    for (let e = from >>> shift; e << shift < end; e++) {
      const base = e << shift
      const touched = this.g.touched + e
      const dirty = Math.min(end, base + W[touched])
      if (dirty > Math.max(from, base)) virgin = dirty
      W[touched] = Math.max(W[touched], Math.min(end - base, 2 ** shift))
    }
    return virgin
  }

  /** How many of the `count` pages from `page` on, mine, were never in use. */
  untouched(page: number, count: number): number {
    const shift = this.g.extentPageShift
    let untouched = 0
    for (let e = page >>> shift; e << shift < page + count; e++) {
      const base = e << shift
      const from = Math.max(page, base + this.W[this.g.touched + e])
      untouched += Math.max(0, Math.min(page + count, base + 2 ** shift) - from)
    }
    return untouched
  }

  private uncover(page: number, from: number, to: number): void {
    const shift = this.g.extentPageShift
    const first = ((page + Math.max(from, 1) - 1) >>> shift) + 1
    for (let e = (page + to - 1) >>> shift; e >= first; e--) this.extents.setCont(e, false)
  }
}

export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment
}
