/**
 * What cannot be: values that no order of writes leaves behind, so that whoever meets one knows that the metadata was
 * damaged. The audit reports them; re-deriving (attach after a loss, recovery, adoption) stops there with a
 * HeapFormatError, for a run of no pages or of too many would lead it round in circles or out of its extents.
 */

import { LARGE, SIZES, SMALL_CLASSES, TINY_CLASSES } from './classes.ts'
import { oddRoom } from './knobs.ts'
import {
  CONT,
  extentSlot,
  extentState,
  FREE,
  type Geometry,
  LIST_WORDS,
  ORPHAN,
  PAGE,
  R_BASES,
  R_LISTS,
  R_OP,
  runClass,
  runPages,
} from './layout.ts'

/**
 * What is wrong with the word of the used run at `page`, all of whose pages are to lie before `stop`; undefined if
 * nothing is.
 */
export function runFault(g: Geometry, page: number, word: number, stop: number): string | undefined {
  const c = runClass(word)
  const pages = runPages(word)
  const slab = 2 ** (g.slabShift - 12)
  if (c < 1 || (c > SMALL_CLASSES && c !== LARGE)) return `the run at page ${page} has class ${c}`
  if (pages === 0 || page + pages > stop) return `the run at page ${page} has ${pages} pages`
  if (c <= TINY_CLASSES && (pages !== slab || page % slab !== 0)) {
    return `the slab at page ${page} of ${pages} pages is no slab of ${slab}`
  }
  // A segment ends in the page in which its last block ends.
  if (c > TINY_CLASSES && c <= SMALL_CLASSES && (pages * PAGE) % SIZES[c] >= PAGE) {
    return `the segment at page ${page} of class ${c} has ${pages} pages`
  }
  return undefined
}

/** What is wrong with the word of extent `e`, whoever it belongs to. */
export function extentFault(g: Geometry, e: number, word: number): string | undefined {
  const state = extentState(word)
  const rest = word & ~CONT
  if (state === FREE || state === ORPHAN) {
    return rest === state && word !== CONT ? undefined : `extent ${e} has the word ${word}, which none has`
  }
  if (extentSlot(word) >= 0 && extentSlot(word) < g.threads) return undefined
  return `extent ${e} belongs to record ${extentSlot(word)}, which does not exist`
}

/**
 * What is wrong with the parts of the record at word `at` that are the same whoever holds it: null entries under the
 * caches, no room in the lists of state bytes that are no class; of an attached one, the limits, which are those of one
 * setting of their knob, or of two while a slow path goes from one to the other.
 */
export function recordFault(g: Geometry, W: Int32Array, at: number, isAttached: boolean): string | undefined {
  const none = at + g.brims[0]
  for (let c = 0; c < LIST_WORDS; c++) {
    const top = W[at + R_LISTS + c]
    // All 0 in a record that was never claimed.
    const isRight = top === none || (top === 0 && !isAttached)
    if (!isRight && (c < 1 || c > SMALL_CLASSES)) return `a cache of class ${c}, which is none`
  }
  if (W[none] !== 0) return 'a block in the cache of no class'
  const odd = isAttached ? oddRoom(g.caps, (c) => roomIn(g, W, at, c), W[at + R_OP] !== 0) : 0
  if (odd !== 0) return `a cache of class ${odd} with room for ${roomIn(g, W, at, odd)}`
  for (let c = 1; c <= SMALL_CLASSES; c++) {
    if (isAttached && W[W[at + R_BASES + c]] !== 0) return `a cache of class ${c} that has no bottom`
  }
  return undefined
}

/** Entries for which the record's cache of class `c` has room. */
function roomIn(g: Geometry, W: Int32Array, at: number, c: number): number {
  return at + g.brims[c] - W[at + R_BASES + c]
}
