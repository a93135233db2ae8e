/**
 * The shared memory of a run: every access of the code under test comes through here, and is noted on its way: by whom
 * (`access.ts`), what it changes (`words.ts`), and what its thread gets to see (`seen.ts`).
 *
 * Addresses are byte offsets in a buffer; `k` counts elements from the buffer's start in the size of a view, which is
 * 1 << `shift` bytes.
 */

import { access, buffers, contended, type RaceListener, setRaceListener } from './access.ts'
import * as clocks from './clocks.ts'
import {
  CHANGES,
  GROUP_LEFT,
  GROUPS,
  MODE,
  NO_POINT,
  OWN,
  points,
  RECORD,
  RUNNING,
  regs,
  THREAD,
} from './registers.ts'
import { foldBits, foldValue } from './seen.ts'
import { coerce, type View } from './shadow.ts'
import { forgetBuffers } from './views.ts'
import { changed, forgetWrites, word } from './words.ts'

// Locals, because V8 folds a module's own constants into hot code and exported ones only sometimes.
const R = regs
const P = points
const rMODE = MODE
const rOWN = OWN
const rRECORD = RECORD
const running = RUNNING

/** Local points that had been passed at each group of plain writes. */
export const groups = new Int32Array(65_536)

/** Told of plain accesses to contended locations while a failure is written down. */
export type Recorder = (view: View, i: number, write: boolean, before: unknown, after: unknown) => void
let recorder: Recorder | undefined

/** Forgets everything: a new exploration begins. */
export function reset(): void {
  forgetBuffers()
  forgetWrites()
  R.fill(0)
  clocks.reset()
}

/** Sets who is told of races, and of plain accesses to contended locations (undefined: nobody). */
export function setListeners(race: RaceListener | undefined, record: Recorder | undefined): void {
  setRaceListener(race)
  recorder = record
  R[rRECORD] = record === undefined ? 0 : 1
}

/** An element, by a load that V8 sees one kind of array at. */
function element(view: View, i: number): number | bigint {
  const a = view.array
  switch (view.kind) {
    case 0:
      return (a as Int8Array)[i]
    case 1:
      return (a as Uint8Array)[i]
    case 5:
      return (a as Int32Array)[i]
    case 6:
      return (a as Uint32Array)[i]
    default:
      return a[i]
  }
}

function setElement(view: View, i: number, value: number | bigint): void {
  const a = view.array
  switch (view.kind) {
    case 0:
      ;(a as Int8Array)[i] = value as number
      break
    case 1:
      ;(a as Uint8Array)[i] = value as number
      break
    case 5:
      ;(a as Int32Array)[i] = value as number
      break
    case 6:
      ;(a as Uint32Array)[i] = value as number
      break
    default:
      ;(a as Int32Array)[i] = value as number
  }
}

/** A read by the running thread, plain (`plain`) or a step. */
export function read(view: View, i: number, plain: boolean): number | bigint {
  const at = view.base + (i << view.shift)
  access(view, i, false, plain)
  if (R[rOWN] !== 0) {
    const own = buffers[R[THREAD]]
    const e = own.find(view.shadow, at, 1 << view.shift)
    if (e >= 0 && own.exact(e, view, at)) {
      const value = coerce(view, own.values[e])
      foldValue(value)
      return value
    }
    if (e >= 0) own.settle(view.shadow, at, 1 << view.shift)
  }
  foldBits(view, at)
  const value = element(view, i)
  if (plain && R[rRECORD] !== 0 && recorder !== undefined && contended(view, i)) {
    recorder(view, i, false, value, value)
  }
  return value
}

/** A plain write, of the running thread, or of setup or check. */
export function write(view: View, i: number, value: number | bigint): void {
  const at = view.base + (i << view.shift)
  const w = at >>> 2
  const { shadow } = view
  if (R[rMODE] === running) {
    access(view, i, true, true)
    if (R[rOWN] !== 0) buffers[R[THREAD]].settle(shadow, at, 1 << view.shift)
  }
  const recorded = R[rRECORD] !== 0 && R[rMODE] === running && contended(view, i)
  const before = recorded ? element(view, i) : 0
  const old = word(shadow, w)
  const high = view.shift === 3 ? word(shadow, w + 1) : 0
  setElement(view, i, value)
  let change = changed(shadow, w, old)
  if (view.shift === 3) change = changed(shadow, w + 1, high) || change
  if (R[rMODE] !== running) return
  if (change) plainChange()
  if (recorded && recorder !== undefined) recorder(view, i, true, before, element(view, i))
}

/** A plain write of a segment that changed something: a kill after it differs from one before it. */
function plainChange(): void {
  R[CHANGES]++
  if (P.left === R[GROUP_LEFT] && R[GROUPS] > 0) return
  R[GROUP_LEFT] = P.left
  if (R[GROUPS] < groups.length) groups[R[GROUPS]++] = NO_POINT - P.left
}

export type Rmw = 'store' | 'add' | 'sub' | 'and' | 'or' | 'xor' | 'exchange' | 'compareExchange'

/** An Atomics operation that may write, performed for the running thread, or for setup or check. */
export function readModifyWrite(
  op: Rmw,
  view: View,
  i: number,
  a: number | bigint,
  b: number | bigint,
): number | bigint {
  const { shadow } = view
  const at = view.base + (i << view.shift)
  const w = at >>> 2
  const old = word(shadow, w)
  const high = view.shift === 3 ? word(shadow, w + 1) : 0
  const result = native(op, view.array as Int32Array, i, a as number, b as number)
  let change = changed(shadow, w, old)
  if (view.shift === 3) change = changed(shadow, w + 1, high) || change
  if (R[rMODE] !== running) return result
  // A compareExchange that failed has only read.
  const wrote = op !== 'compareExchange' || change || coerce(view, a) === result
  access(view, i, wrote, false)
  if (change) R[CHANGES]++
  if (op !== 'store') foldValue(result)
  return result
}

function native(op: Rmw, array: Int32Array, i: number, a: number, b: number): number {
  switch (op) {
    case 'store':
      return Atomics.store(array, i, a)
    case 'add':
      return Atomics.add(array, i, a)
    case 'sub':
      return Atomics.sub(array, i, a)
    case 'and':
      return Atomics.and(array, i, a)
    case 'or':
      return Atomics.or(array, i, a)
    case 'xor':
      return Atomics.xor(array, i, a)
    case 'exchange':
      return Atomics.exchange(array, i, a)
    case 'compareExchange':
      return Atomics.compareExchange(array, i, a, b)
  }
}

/** A declared plain store that lands: now, or out of a store buffer. */
export function land(view: View, i: number, value: number | bigint): void {
  const { shadow } = view
  const w = (view.base + (i << view.shift)) >>> 2
  const old = word(shadow, w)
  const high = view.shift === 3 ? word(shadow, w + 1) : 0
  setElement(view, i, value)
  let change = changed(shadow, w, old)
  if (view.shift === 3) change = changed(shadow, w + 1, high) || change
  if (change) R[CHANGES]++
}

/** Runs a native that writes elements [from, to), and notes what it wrote. */
export function writeRange(view: View, from: number, to: number, act: () => unknown): unknown {
  if (to <= from) return act()
  const { shadow } = view
  const first = (view.base + (from << view.shift)) >>> 2
  const last = (view.base + (to << view.shift) - 1) >>> 2
  if (R[rMODE] === running) {
    for (let i = from; i < to; i++) access(view, i, true, true)
    if (R[rOWN] !== 0) {
      buffers[R[THREAD]].settle(shadow, view.base + (from << view.shift), (to - from) << view.shift)
    }
  }
  const before = new Int32Array(last - first + 1)
  for (let w = first; w <= last; w++) before[w - first] = word(shadow, w)
  const result = act()
  let change = false
  for (let w = first; w <= last; w++) change = changed(shadow, w, before[w - first]) || change
  if (change && R[rMODE] === running) plainChange()
  return result
}
