/**
 * Who touches what: contended locations, races, and delayed stores in the way.
 *
 * For every location and access size it is noted which threads ever read and wrote it, over all runs of an exploration. A
 * location is contended once two threads that can live at the same time have touched it, one of them writing; only steps
 * that touch such a location need a switch before them (see `explore.ts`).
 */

import type { StoreBuffer } from './buffers.ts'
import * as clocks from './clocks.ts'
import { ACTOR, ACTORS, CONTENDED, LEARNED, OTHERS, RACES, regs, SAW, THREAD } from './registers.ts'
import type { View } from './shadow.ts'

// Locals, as in `memory.ts`.
const R = regs
const rACTOR = ACTOR
const rCONTENDED = CONTENDED
const rOTHERS = OTHERS
const rRACES = RACES

const ACTOR_MASK = (1 << ACTORS) - 1
const SHARED = 1 << (2 * ACTORS)

/** By actor: which others may live at the same time. */
export const coexist = new Int32Array(ACTORS)

// Delayed stores of all threads, and which of them the transition ran into.
export let buffers: readonly StoreBuffer[] = []
export const sawOwner = new Int32Array(64)
export const sawEntry = new Int32Array(64)

/** Told of races. */
export type RaceListener = (view: View, i: number, write: boolean, other: number, otherWrote: boolean) => void
let onRace: RaceListener | undefined

/** Sets who is told of races (undefined: nobody). */
export function setRaceListener(listener: RaceListener | undefined): void {
  onRace = listener
}

export function setBuffers(list: readonly StoreBuffer[]): void {
  buffers = list
}

/** Notes an access by the running thread: who touches what, races, delayed stores in the way. */
export function access(view: View, i: number, write: boolean, plain: boolean): void {
  const k = (view.base >>> view.shift) + i
  const seen = view.cells[k]
  const need = 1 << (write ? R[rACTOR] + ACTORS : R[rACTOR])
  if ((seen & need) === 0) touch(view, k, write, need)
  if ((view.cells[k] & SHARED) !== 0) R[rCONTENDED] = 1
  if (R[rOTHERS] !== 0) meetOthers(R[THREAD], view, k << view.shift)
  if (R[rRACES] !== 0) checkRace(view, i, write, plain)
}

/** The first access of its kind of an actor to a location: it may be what makes the location contended. */
function touch(view: View, k: number, write: boolean, need: number): void {
  const { shadow, shift } = view
  const from = k << shift
  const last = from + (1 << shift) - 1
  view.cells[k] |= need
  let others = 0
  for (let s = 0; s < 4; s++) {
    const cells = shadow.cells[s]
    if (cells === undefined) continue
    for (let j = from >>> s; j <= last >>> s; j++) others |= cells[j]
  }
  const readers = others & ACTOR_MASK
  const writers = (others >>> ACTORS) & ACTOR_MASK
  if (((write ? readers | writers : writers) & coexist[R[rACTOR]]) === 0) return
  for (let s = 0; s < 4; s++) {
    const cells = shadow.cells[s]
    if (cells === undefined) continue
    for (let j = from >>> s; j <= last >>> s; j++) {
      if ((cells[j] & SHARED) === 0) {
        cells[j] |= SHARED
        R[LEARNED] = 1
      }
    }
  }
}

/** Notes which delayed stores of threads other than `thread` cover this address: the scheduler may let them land first. */
export function meetOthers(thread: number, view: View, at: number): void {
  const end = at + (1 << view.shift)
  for (const buffer of buffers) {
    if (buffer.thread === thread) continue
    for (let e = 0; e < buffer.count; e++) {
      if (!buffer.covers(e, view.shadow, at, end) || R[SAW] >= sawOwner.length) continue
      sawOwner[R[SAW]] = buffer.thread
      sawEntry[R[SAW]] = e
      R[SAW]++
    }
  }
}

function checkRace(view: View, i: number, write: boolean, plain: boolean): void {
  const at = view.base + (i << view.shift)
  const found = clocks.access(view.shadow.slot, at, 1 << view.shift, R[THREAD], write, plain, R[rRACES] === 2)
  if (found >= 0 && onRace !== undefined) onRace(view, i, write, found >>> 1, (found & 1) !== 0)
}

/** Whether a location is known to be contended. */
export function contended(view: View, i: number): boolean {
  return (view.cells[(view.base >>> view.shift) + i] & SHARED) !== 0
}

/** Notes a step of the running thread that reads or writes without going through `read` or `readModifyWrite`. */
export function touchStep(view: View, i: number, write: boolean): void {
  access(view, i, write, false)
}
