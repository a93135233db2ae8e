/**
 * The stages of a refill, the same for slabs and segments. Each points the sweep of a class at a run, if it finds one;
 * which of them to take in which order is the tier's business.
 */

import { COUNTERS } from './counters.ts'
import { ADOPTIONS, type ThreadRecord } from './record.ts'

/** How a tier carves runs for a class. */
export interface Carving {
  /** Pages of a run, and what its first page is a multiple of. */
  readonly pages: number
  readonly alignment: number
}

/** Aims the sweep at the next run round the ring that is flagged, or known to yield what its class asks for. */
export function aimDirty(record: ThreadRecord, c: number): boolean {
  const page = record.slabs.pick(c, record.slabs.yieldOf(c))
  if (page === 0) return false
  record.count(COUNTERS.refillDirty)
  record.slabs.begin(page, c)
  return true
}

/** Aims the sweep at the next run round the ring, whatever is known of it: finds marks whose announcement was lost. */
export function aimRotated(record: ThreadRecord, c: number): boolean {
  const page = record.slabs.rotate(c)
  if (page !== 0) record.slabs.begin(page, c)
  return page !== 0
}

/** Aims the sweep at a fresh run, if pages are to be had at little cost. */
export function aimFresh(record: ThreadRecord, c: number, carving: Carving): boolean {
  return begin(record, c, record.room(carving.pages, c, carving.alignment))
}

/**
 * The same, but what orphans have of the class goes before their free pages, and before extents that nobody owns: a
 * thread that parks often would else leave a run with a block or two behind each time, and take a new one.
 */
export function aimOrphaned(record: ThreadRecord, c: number, carving: Carving): boolean {
  const own = record.ownRoom(carving.pages, c, carving.alignment)
  if (own !== 0) return begin(record, c, own)
  for (let k = 0, from = 0; k < ADOPTIONS; k++) {
    from = record.adoptNext(from)
    if (from === 0) return false
    if (aimDirty(record, c)) return true
  }
  return false
}

/**
 * Aims the sweep at any run of the class with a block known to be free; failing that, at a run found at any cost
 * short of waiting. False: the heap is full, as far as this thread can tell.
 */
export function aimScattered(record: ThreadRecord, c: number, carving: Carving): boolean {
  if (aimAny(record, c)) return true
  return begin(record, c, record.lastRoom(carving.pages, c, carving.alignment)) || aimAny(record, c)
}

function begin(record: ThreadRecord, c: number, page: number): boolean {
  if (page === 0) return false
  record.slabs.enter(page, c, false)
  record.slabs.begin(page, c, true)
  return true
}

function aimAny(record: ThreadRecord, c: number): boolean {
  const page = record.slabs.pick(c, 1, Number.POSITIVE_INFINITY)
  if (page !== 0) record.slabs.begin(page, c)
  return page !== 0
}
