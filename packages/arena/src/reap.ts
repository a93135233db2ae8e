/**
 * Reaping: what a dead thread held becomes everybody's again. No other thread waits for it, or notices.
 *
 * Only a caller who knows that the thread is dead may reap it: nothing in shared memory can tell. The steps, for each
 * record whose word is the dead thread's t, or -t because it died while reaping that one:
 *
 * 1. t or -t to -me: swap. Of several reapers one goes on. If it dies, the record says so, and whoever reaps it resumes.
 * 2. Suspects are read: blocks that the operation in flight may have taken or not yet freed.
 * 3. TENT(R) to FREE; then, from the end down, flags up on the runs of OWNED(R), and OWNED(R) to ORPHAN, CONT kept. CONT
 *    covers at least what used runs do, at any moment of their life (`runs.ts`), so a chain stays whole, and its head goes
 *    last. Publishes run words, state bytes and flags to whoever adopts, and counts what is flagged. Nothing else of the
 *    record is read again: it is all hints, and claiming resets it.
 * 4. Locks that it held go to the next, and whom it owed a wake is woken (`hand-on.ts` of `@hakmem/sync`).
 * 5. -me to 0: swap. The record is another thread's. (A reaper that dies behind this takes its report with it.)
 *
 * Every step is a function of what the words say now, so doing it twice does nothing more. Threads that the dead one
 * watched have died with it, and go first: as long as they are not reaped, the note that leads to them is there. And
 * the reaper notes first of all that it watches the dead thread, so that whoever reaps the reaper goes on with it.
 *
 * Bounds: two walks over the extent table (4096 at most), one over the run words of its extents and one over
 * records and watches, per dead thread.
 */

import { handOn } from '@hakmem/sync'
import { load, swap } from '#ordering'
import type { Arena } from './arena.ts'
import { GRAIN, SMALL_CLASSES } from './classes.ts'
import { InvalidThreadError } from './errors.ts'
import { Extents } from './extents.ts'
import {
  extentSlot,
  extentState,
  isThreadId,
  OWNED,
  R_BATCH,
  R_BATCH_COUNT,
  R_IN,
  R_LISTS,
  R_OUT,
  R_THREAD,
} from './layout.ts'
import { membersOf } from './members.ts'
import { classAt, type Ptr, sizeAt } from './pointers.ts'
import { Watches } from './watches.ts'

/** A live block that the dead thread's operation in flight may have left behind: look whether you know it. */
export interface Suspect {
  readonly ptr: Ptr
  /** Usable bytes. */
  readonly size: number
  /** `malloc`: may have been handed out, but not arrived. `free`: was being freed. */
  readonly operation: 'malloc' | 'free'
}

export interface Reaped {
  /** The threads that were reaped: the dead one and those that it watched, those that held nothing included. */
  readonly threads: number[]
  /** Records that are free again, and extents that wait for adoption. */
  readonly records: number
  readonly extents: number
  /**
   * Of each class the live block that was handed out last, and the blocks of a batch under way: among them is whatever
   * the operation in flight lost. Free those that nobody knows.
   */
  readonly suspects: Suspect[]
}

interface Tally {
  readonly threads: number[]
  records: number
  extents: number
  readonly suspects: Map<number, Suspect>
}

/**
 * Reaps `thread`, which must be dead, for the calling thread `me`. Throws InvalidThreadError. Any thread, any number of
 * times.
 */
export function reap(arena: Arena, me: number, thread: number): Reaped {
  if (!isThreadId(thread)) {
    throw new InvalidThreadError('reap', thread, 'the thread must be the id of a thread that has ended')
  }
  if (thread === me) {
    throw new InvalidThreadError(
      'reap',
      thread,
      'the thread must be one that has ended, not the calling one (which detaches)',
    )
  }
  const tally: Tally = { threads: [], records: 0, extents: 0, suspects: new Map() }
  const watches = new Watches(arena)
  watches.add(me, thread)
  reapTree(arena, watches, me, thread, tally)
  watches.remove(me, thread)
  return { ...tally, suspects: [...tally.suspects.values()] }
}

function reapTree(arena: Arena, watches: Watches, me: number, thread: number, tally: Tally): void {
  for (let child = watches.next(thread); child !== undefined; child = watches.next(thread)) {
    // Only a thread's parent watches it, so this ends.
    if (child !== thread && child !== me) reapTree(arena, watches, me, child, tally)
    watches.remove(thread, child)
  }
  tally.threads.push(thread)
  const g = arena.geometry
  for (let slot = 0; slot < g.threads; slot++) {
    const at = g.records + slot * g.recordWords + R_THREAD
    const word = load(arena.W, at)
    if (word === 0 || Math.abs(word) !== thread + 1) {
      // One that this thread began to reap and was thrown out of.
      if (word !== -(me + 1)) continue
    } else if (!swap(arena.W, at, word, -(me + 1))) {
      continue
    }
    gatherSuspects(arena, slot, word < 0, tally.suspects)
    const extents = new Extents(arena, slot)
    extents.dropTentative()
    tally.extents += extents.orphanAll(true)
    handOn(membersOf(arena), slot)
    if (swap(arena.W, at, -(me + 1), 0)) tally.records++
  }
}

/** `resumed`: another reaper began, so extents may be orphans or others' already. */
function gatherSuspects(arena: Arena, slot: number, resumed: boolean, suspects: Map<number, Suspect>): void {
  const g = arena.geometry
  const { W } = arena
  const at = g.records + slot * g.recordWords
  const add = (word: number, operation: Suspect['operation'], wanted = 0): boolean => {
    const ptr = (word >>> 0) as Ptr
    const c = ptr === 0 ? 0 : classAt(arena, ptr)
    if (c === 0 || (wanted !== 0 && c !== wanted)) return false
    const extent = load(W, g.table + (ptr >>> g.extentShift))
    const isHis = extentState(extent) === OWNED && extentSlot(extent) === slot
    // What is handed out lies in an extent of the thread's own; what is freed may be anyone's.
    if (operation === 'malloc' && !isHis && !resumed) return false
    suspects.set(ptr, { ptr, size: sizeAt(arena, ptr, c), operation })
    return true
  }
  for (let c = 1; c <= SMALL_CLASSES; c++) {
    const top = W[at + R_LISTS + c]
    const brim = at + g.brims[c]
    if (top >= brim - g.caps[c] && top < brim) add(W[top + 1], 'malloc', c)
  }
  add(W[at + R_OUT], 'malloc')
  let block = W[at + R_BATCH]
  // The links lie in blocks, where the application may have written: no more steps than there can be blocks.
  for (let left = Math.min(W[at + R_BATCH_COUNT], g.bytes / GRAIN); left > 0 && add(block, 'malloc'); left--)
    block = W[block >>> 2]
  add(W[at + R_IN], 'free')
}
