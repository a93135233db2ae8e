/**
 * Remote free: a thread frees a block that another thread owns. Four steps, no loop, nothing linked or buffered:
 *
 *     N1 byte = 255    N2 flag[run] != 0: done    N3 exchange(flag[run], 1) != 0: done
 *     N4 o = owner of the extent, read now; if there is one: add(hint[o][class], 1)
 *
 * N1 publishes the block to the owner's sweep, and is all that correctness needs: a sweep by bytes finds it even if
 * the freer dies right after. N3 publishes "this run holds marks" to the owner's look round the ring, which takes
 * the flag down (exchange) before it reads the bytes. N4 spares the owner the look; the owner takes it by exchange.
 * The owner is read as late as N4 because the extent may change hands between the mark and the flag: whoever adopts
 * treats every run as flagged, so a flag that finds the former owner's id needs no other hint. One that finds an
 * orphan makes the freeing thread adopt it (mimalloc's reclaim on free): whoever frees the blocks of a thread that
 * left is likely to free more of them, and then frees its own.
 *
 * N2 is a plain read and may be stale: an owner that took the flag down just before the mark became visible may
 * miss it until something else flags the run. That is the one declared race. It loses a notification, never a mark:
 * flush, park, detach, the sweep in rotation and the out-of-memory path go by bytes.
 *
 * A linked queue of runs in place of flags was tried and is wrong: a freer that stops between flag and push leaves
 * the run pushed twice or never, and nobody can tell.
 *
 * N1 and N2 stand in the callers' hot paths (`BlockCache.free`); this is N3 and N4.
 */

import { add, exchange, load } from '#ordering'
import { COUNTERS } from './counters.ts'
import { extentSlot, extentState, ORPHAN, OWNED, R_HINTS } from './layout.ts'
import type { ThreadRecord } from './record.ts'

/** N3 and N4 for a block of class `c` in the run at `page`; `record`: the freeing thread's. */
export function announce(record: ThreadRecord, page: number, c: number): void {
  const { arena } = record
  const g = arena.geometry
  // Between N1 and here the owner may have collected the block and given its run back: then there is nothing to say,
  // and nothing that says which run it was.
  if (page >>> g.extentPageShift < g.firstExtent || page >= g.pages) return
  if (exchange(arena.F, page, 1) !== 0) return
  const extent = page >>> g.extentPageShift
  const owner = load(arena.W, g.table + extent)
  if (extentState(owner) === OWNED) {
    add(arena.W, g.records + extentSlot(owner) * g.recordWords + R_HINTS + c, 1)
    record.count(COUNTERS.announced)
  } else if (owner === ORPHAN) {
    record.adoptOnFree(extent)
  }
}
