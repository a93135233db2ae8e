/**
 * Vacant records: what a thread that detaches leaves is its record as it is, with caches, rings, sweeps and extents, and the
 * next thread that attaches takes it over whole. So threads of a pool that come and go, and hand their blocks on, neither
 * empty caches nor adopt and sweep what they had: two swaps instead of some hundred microseconds (docs/performance.md).
 *
 * VACANT leads on by one swap, of which one thread goes on: to -t by a thread that attaches, which then stores its t; or
 * to -t by one that is short of pages. That one dissolves the record: does what a reaper does with a dead thread's, so that
 * its extents are orphans, flagged, and anybody's. It does so before it claims extents that nobody has once half of the heap
 * was in use (earlier, mstress and rptest lost a third: there threads leave and come while others claim), and at the latest
 * before it gives up. If either dies on the way, -t says so, and reaping it ends with orphans too. If one is thrown out on
 * the way, it goes on when it attaches, or before it gives up the next time.
 *
 * So nobody but those two sees a difference between a vacant record and one whose thread does nothing: frees into its
 * extents are marks and hints, which whoever takes it over collects.
 *
 * A record that holds more than a quarter of a thread's share of the heap is parked instead, as is one under a policy
 * (`ThreadRecord.settle`): so what lies vacant is a quarter of the heap at most.
 *
 * The record left last is taken over first: what it holds is warm, and is likely what the next thread frees into. The one
 * left first is dissolved first. Bounds: each look reads every record's word once; as many looks as there are records.
 */

import { add, glance, load, store, swap } from '#ordering'
import type { Arena } from './arena.ts'
import { SMALL_CLASSES } from './classes.ts'
import { Extents } from './extents.ts'
import { H_VACATED, R_FAILURES, R_LISTS, R_OP, R_OUT, R_THREAD, R_VACATED, VACANT } from './layout.ts'

/** In R_OP of a record that is being dissolved. */
const DISSOLVING = 2

/** Leaves the record at word `at`, the caller's, to the next tenant. Nothing in it is the caller's from then on. */
export function vacate({ W, H }: Arena, at: number): void {
  W[at + R_VACATED] = add(H, H_VACATED, 1)
  // Publishes all of the record. Partner: the swap of whoever takes it over or dissolves it.
  store(W, at + R_THREAD, VACANT)
}

/** Takes over the record that was left last: its slot, its word -t of `thread` until that stores t. -1 if none is vacant. */
export function takeOver(arena: Arena, thread: number): number {
  const { W, geometry: g } = arena
  for (let looks = 0; looks < g.threads; looks++) {
    const slot = vacancy(arena, 1)
    if (slot < 0) return -1
    const at = g.records + slot * g.recordWords
    // Partner: `vacate`.
    if (!swap(W, at + R_THREAD, VACANT, -(thread + 1))) continue
    // What the last tenant's operations were about is no suspect of this one's.
    for (let c = 1; c <= SMALL_CLASSES; c++) {
      const top = W[at + R_LISTS + c]
      // Above a full cache lies what is another's.
      if (top < at + g.brims[c]) W[top + 1] = 0
    }
    W[at + R_OUT] = 0
    W[at + R_FAILURES] = 0
    return slot
  }
  return -1
}

/**
 * Makes what a record holds orphans, for `thread`. False if the record is neither vacant nor one that the thread was thrown
 * out of dissolving.
 */
export function dissolve(arena: Arena, thread: number, slot: number): boolean {
  const { W, geometry: g } = arena
  const at = g.records + slot * g.recordWords
  const word = load(W, at + R_THREAD)
  if (word === VACANT) {
    // Partner: `vacate`.
    if (!swap(W, at + R_THREAD, VACANT, -(thread + 1))) return false
    // Nothing is called in between, so nothing is thrown.
    W[at + R_OP] = DISSOLVING
  } else if (word !== -(thread + 1) || W[at + R_OP] !== DISSOLVING) {
    return false
  }
  new Extents(arena, slot).orphanAll(true)
  store(W, at + R_THREAD, 0)
  return true
}

/** The vacant record that was left last (`order` 1) or first (-1): its slot, -1 if there is none. */
export function vacancy({ W, geometry: g }: Arena, order: 1 | -1): number {
  let found = -1
  let when = 0
  for (let slot = 0; slot < g.threads; slot++) {
    const at = g.records + slot * g.recordWords
    if (load(W, at + R_THREAD) !== VACANT) continue
    // By now it may have a tenant, or be vacant anew.
    const left = glance(W, at + R_VACATED)
    if (found >= 0 && ((left - when) | 0) * order < 0) continue
    found = slot
    when = left
  }
  return found
}
