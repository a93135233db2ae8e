/**
 * Remote free: a thread frees a block that another thread owns. Five steps, no loop, nothing linked or buffered:
 *
 *     N0 if the block marked last lies close above: the block's first word |= 0
 *     N1 byte = 255    N2 flag[run] != 0: done    N3 exchange(flag[run], 1) != 0: done
 *     N4 o = owner of the extent, read now; if there is one: add(hint[o][class], 1)
 *
 * N0 changes nothing, and is for speed alone. A line that both threads have read is in the caches of both, and the owner's
 * next store to it waits until the other has dropped it, one line at a time; to a line that the freeing thread wrote it is
 * an ordinary miss, and misses overlap (docs/performance.md). Where the freeing thread has not read the block, N0 itself is
 * a miss. So it is left to frees that come in the order in which blocks are handed out, downwards, as those of a thread
 * that reads through what it is given. It comes before N1, behind which the block may be somebody's.
 *
 * N1 publishes the block to the owner's sweep, and is all that correctness needs: a sweep by bytes finds it even if
 * the freer dies right after. N3 publishes "this run holds marks" to the owner's look round the ring, which takes
 * the flag down (exchange) before it reads the bytes. N4 spares the owner the look; the owner takes it by exchange.
 * The owner is read as late as N4 because the extent may change hands between the mark and the flag: whoever adopts
 * reads the flags of its runs behind the swap that took it, so a flag raised before is seen there, and behind one raised
 * later N4 finds the adopter. A flag that finds an orphan makes the freeing thread adopt it (mimalloc's reclaim on free):
 * whoever frees the blocks of a thread that left is likely to free more of them, and then frees its own.
 *
 * N2 is a plain read and may be stale: an owner that took the flag down just before the mark became visible may
 * miss it until something else flags the run. That is a declared race (`ordering.ts` has all). It loses a notification,
 * never a mark: flush, the sweep in rotation and the out-of-memory path go by bytes.
 *
 * A linked queue of runs in place of flags was tried and is wrong: a freer that stops between flag and push leaves
 * the run pushed twice or never, and nobody can tell.
 *
 * Bundles (hakmem's P3: a transfer cache of 32 or 64 per node). Mid and large blocks are few to a run, so nearly every
 * free of one pays N3 and N4. With R_BUNDLE above 1 the flag is stored instead of exchanged, and N4 is held back until so
 * many announcements to one owner and class have come together, then made as one. A mark is never held back: what was
 * not announced is found by the owner's rotation (`aimRotated`, `Wholes.rotate`) and by all that goes by bytes.
 *
 * N0 to N2 stand in the callers' hot paths (`BlockCache.free`); this is N3 and N4.
 */

import { add, exchange, glance, load, release } from '#ordering'
import { TINY_CLASSES } from './classes.ts'
import { COUNTERS } from './counters.ts'
import {
  extentSlot,
  extentState,
  ORPHAN,
  OWNED,
  R_BUNDLE,
  R_BUNDLE_AT,
  R_BUNDLE_COUNT,
  R_HINTS,
} from './layout.ts'
import type { ThreadRecord } from './record.ts'

/** Units of 16 bytes between two blocks that are freed in order: 2 KiB. */
export const IN_ORDER = 128

/** N3 and N4 for a block of class `c` in the run at `page`; `record`: the freeing thread's. */
export function announce(record: ThreadRecord, page: number, c: number): void {
  const { arena } = record
  const g = arena.geometry
  // Between N1 and here the owner may have collected the block and given its run back: then there is nothing to say,
  // and nothing that says which run it was.
  if (page >>> g.extentPageShift < g.firstExtent || page >= g.pages) return
  const extent = page >>> g.extentPageShift
  if (c > TINY_CLASSES && arena.W[record.at + R_BUNDLE] > 1) {
    bundle(record, page, c, extent)
    return
  }
  if (exchange(arena.F, page, 1) !== 0) return
  const owner = load(arena.W, g.table + extent)
  if (extentState(owner) === OWNED) {
    add(arena.W, g.records + extentSlot(owner) * g.recordWords + R_HINTS + c, 1)
    record.count(COUNTERS.announced)
  } else if (owner === ORPHAN) {
    record.adoptOnFree(extent)
  }
}

/** N3 and N4, held back. */
function bundle(record: ThreadRecord, page: number, c: number, extent: number): void {
  const { arena, at } = record
  const g = arena.geometry
  const { W } = arena
  // Released behind the mark; partner: the owner's exchange, which then reads the mark. Two that raise one flag at a time
  // count it twice, which costs the owner a look.
  release(arena.F, page, 1)
  // A stale owner gets a hint too many; who adopted in between, and did not see the flag yet, finds the mark by rotation.
  const owner = glance(W, g.table + extent)
  if (extentState(owner) === OWNED) {
    const hint = g.records + extentSlot(owner) * g.recordWords + R_HINTS + c
    if (W[at + R_BUNDLE_AT] !== hint) sendBundle(record)
    W[at + R_BUNDLE_AT] = hint
    W[at + R_BUNDLE_COUNT] += 1
    record.count(COUNTERS.bundled)
    if (W[at + R_BUNDLE_COUNT] >= W[at + R_BUNDLE]) sendBundle(record)
  } else if (owner === ORPHAN) {
    record.adoptOnFree(extent)
  }
}

/** Makes the announcements that are held back, as one. */
export function sendBundle(record: ThreadRecord): void {
  const { arena, at } = record
  const count = arena.W[at + R_BUNDLE_COUNT]
  if (count === 0) return
  arena.W[at + R_BUNDLE_COUNT] = 0
  add(arena.W, arena.W[at + R_BUNDLE_AT], count)
  record.count(COUNTERS.announced)
}
