/**
 * The depot: magazines that a thread keeps aside (Bonwick and Adams 2001 have one for all threads; here it is the
 * thread's own, so nobody waits). When a cache of small blocks is full, its newer half comes here as it is, and when the
 * cache is empty, a refill takes it back: a word per block is copied, and neither the blocks' bytes nor their runs are
 * touched. Programs that make and drop thousands of small blocks at a time live on it (docs/performance.md).
 *
 * There are so many places, filled in turn; what is in a place that is needed goes back to its runs first. Small blocks only:
 * of larger ones, the bytes held would be many, and what a flush costs is little beside their use.
 *
 * An entry is in the cache of its class or in one magazine, never in both. A header is cleared before its entries are
 * moved out, and written after they are moved in, so that a throw in between loses entries, whose bytes the next
 * sweep takes. The count of a class's magazines is raised before that and lowered behind it, so it is never too low. All
 * of it is a hint: whoever re-derives the thread's books drops it.
 */

import type { Arena } from './arena.ts'
import { SIZES } from './classes.ts'
import { R_MAGAZINE_AT, R_STOWED } from './layout.ts'

/** Largest block in bytes that a magazine holds. */
const STOWED_MAX = 128

/** Classes 1 to this have magazines. */
export const STOWED_CLASSES: number = SIZES.indexOf(STOWED_MAX)

export class Depot {
  private readonly W: Int32Array
  private readonly headers: number
  private readonly stowed: number
  private readonly hand: number
  private readonly places: number
  private readonly words: number
  /** How many places there are. */
  readonly count: number

  constructor(arena: Arena, record: number) {
    const g = arena.geometry
    this.W = arena.W
    this.headers = record + g.depotHeaders
    this.stowed = record + R_STOWED
    this.hand = record + R_MAGAZINE_AT
    this.places = record + g.depot
    this.words = g.cacheWords / 2
    this.count = g.magazines
  }

  /** The place to fill next, which may hold a magazine. */
  next(): number {
    const place = this.W[this.hand]
    this.W[this.hand] = (place + 1) % this.count
    return place
  }

  /** The place that was filled last with a magazine of class `c`, -1 if there is none. */
  find(c: number): number {
    if (!this.hasAny(c)) return -1
    const newest = this.W[this.hand] + this.count - 1
    for (let k = 0; k < this.count; k++) {
      const place = (newest - k) % this.count
      if (this.classAt(place) === c) return place
    }
    return -1
  }

  /** Whether there may be a magazine of class `c`. */
  hasAny(c: number): boolean {
    return this.W[this.stowed + c] > 0
  }

  /** Class of the magazine at a place, 0 if there is none, and its entries, from word `entriesAt` on. */
  classAt(place: number): number {
    return this.W[this.headers + place] >>> 16
  }

  countAt(place: number): number {
    return this.W[this.headers + place] & 0xffff
  }

  entriesAt(place: number): number {
    return this.places + place * this.words
  }

  /** Moves `count` entries of class `c` in, from word `from` on, where the cache has let go of them. */
  put(place: number, c: number, from: number, count: number): void {
    // A loop over the words takes five times as long. So does this where the one place is even and the other odd, for
    // V8 then copies byte by byte: caches have room for even numbers, and give up even ones.
    this.W.copyWithin(this.entriesAt(place), from, from + count)
    this.W[this.stowed + c] += 1
    this.W[this.headers + place] = (c << 16) | count
  }

  /** Moves the entries of a place to word `to` and on; how many they are. */
  take(place: number, to: number): number {
    const count = this.countAt(place)
    const at = this.entriesAt(place)
    this.drop(place)
    this.W.copyWithin(to, at, at + count)
    return count
  }

  /** Drops the magazine at a place; its entries stay readable until it is filled again. */
  drop(place: number): void {
    const c = this.classAt(place)
    this.W[this.headers + place] = 0
    if (c !== 0) this.W[this.stowed + c] -= 1
  }

  dropAll(): void {
    this.W.fill(0, this.headers, this.headers + this.count)
    this.W.fill(0, this.stowed, this.stowed + STOWED_CLASSES + 1)
    this.W[this.hand] = 0
  }
}
