/**
 * The shared memory of a run: every access of the code under test comes through here.
 *
 * - **Undo.** The word that a write changes is logged, and put back when the run is over: a run costs no copy of a buffer.
 * - **Hash.** Two 32-bit lanes, each the xor of mix(buffer, word, value) over all words that changed since setup (Zobrist
 *   1970), so that equal memory has an equal hash however it came about, and a write costs O(1).
 * - **What a thread saw.** Every value read is folded into the reading thread's own hash. A thread is deterministic, so
 *   that hash and the number of its steps say where it stands.
 * - **Contended locations.** For every location and access size, which threads ever read and wrote it, over all runs of
 *   an exploration. A location is contended once two threads that can live at the same time have touched it, one of
 *   them writing; only steps that touch such a location need a switch before them (see `explore.ts`).
 *
 * The state is the module's own: one run at a time, and rewritten code has no handle to pass. `regs` holds what changes
 * with each access as int32, because a typed array never allocates.
 *
 * Addresses are byte offsets in a buffer; `k` counts elements from the buffer's start in the size of a view, which is
 * 1 << `shift` bytes.
 */

import type { StoreBuffer } from './buffers.ts'
import * as clocks from './clocks.ts'
import { coerce, Shadow, type TypedArray, View } from './shadow.ts'

export { coerce, KINDS, type Shadow, type TypedArray, type View } from './shadow.ts'

/** Registers. */
export const MODE = 0
/** The running thread: its actor number, and its place among the run's threads. */
export const ACTOR = 1
export const THREAD = 2
/** The running thread's hash of what it has seen. */
export const H1 = 3
export const H2 = 4
/** Hash of memory. */
export const M1 = 5
export const M2 = 6
/** Whether the transition touched a contended location. */
export const CONTENDED = 7
/** Whether a location became contended that was not. */
export const LEARNED = 8
/** Groups of plain writes of the segment, parted by local points; and `points.left` at the last write. */
export const GROUPS = 9
export const GROUP_LEFT = 10
/** Whether the running thread has delayed stores; whether others have. */
export const OWN = 11
export const OTHERS = 12
/** How many delayed stores of others the transition ran into. */
export const SAW = 13
/** 0, or 1 for plain races, 2 for plain against atomic as well. */
export const RACES = 14
/** Writes of the running thread that changed memory, in the transition. */
export const CHANGES = 15
/** Whether plain accesses to contended locations are reported to `recorder`. */
export const RECORD = 16

/** Whether `points.left` counts down to a strike, or only as far as a stretch may go. */
export const STRIKES = 17

/** Modes: nothing is explored; setup or check is under way; a thread is. */
export const IDLE = 0
export const DRAINED = 1
export const RUNNING = 2

export const regs = new Int32Array(32)

/** Local points left until one strikes; rewritten code counts it down. */
export const points = { left: 0 }
/** More local points than a stretch between two steps may have. */
export const NO_POINT = 20_000_000

/** Most actors (threads and reapers of each) that a scenario can have. */
export const ACTORS = 15
const ACTOR_MASK = (1 << ACTORS) - 1
const SHARED = 1 << (2 * ACTORS)

// Locals, because V8 folds a module's own constants into hot code and exported ones only sometimes.
const R = regs
const P = points
const rMODE = MODE
const rH1 = H1
const rH2 = H2
const rM1 = M1
const rM2 = M2
const rACTOR = ACTOR
const rCONTENDED = CONTENDED
const rOWN = OWN
const rOTHERS = OTHERS
const rRACES = RACES
const rRECORD = RECORD
const running = RUNNING

let views = new WeakMap<object, View>()
let shadows = new WeakMap<SharedArrayBuffer, Shadow>()
/** Buffers first met in setup, in that order: the same in every run, though each run may make new ones. */
let early: Shadow[] = []
let late: Shadow[] = []
let nextEarly = 0
let run = 0

/** By actor: which others may live at the same time. */
export const coexist = new Int32Array(ACTORS)

// The last four arrays, found without a look-up.
let a0: unknown
let a1: unknown
let a2: unknown
let a3: unknown
let v0: View | undefined
let v1: View | undefined
let v2: View | undefined
let v3: View | undefined

// Undo: slot, word, former value.
let log = new Int32Array(3 * 1024)
let logged = 0

// Delayed stores of all threads, and which of them the transition ran into.
export let buffers: readonly StoreBuffer[] = []
export const sawOwner = new Int32Array(64)
export const sawEntry = new Int32Array(64)
/** Local points that had been passed at each group of plain writes. */
export const groups = new Int32Array(65_536)

/** Where the plain access that is under way stands in the code. */
export let plainSite = ''

/** Told of plain accesses to contended locations while a failure is written down. */
export type Recorder = (view: View, i: number, write: boolean, before: unknown, after: unknown) => void
let recorder: Recorder | undefined
/** Told of races. */
export type RaceListener = (view: View, i: number, write: boolean, other: number, otherWrote: boolean) => void
let onRace: RaceListener | undefined

// ---- a run, from outside ---------------------------------------------------------------------------------------------

/** Forgets everything: a new exploration begins. */
export function reset(): void {
  views = new WeakMap()
  shadows = new WeakMap()
  early = []
  late = []
  R.fill(0)
  logged = 0
  forgetViews()
  clocks.reset()
}

/** Sets who is told of races, and of plain accesses to contended locations (undefined: nobody). */
export function setListeners(race: RaceListener | undefined, record: Recorder | undefined): void {
  onRace = race
  recorder = record
  R[rRECORD] = record === undefined ? 0 : 1
}

export function setBuffers(list: readonly StoreBuffer[]): void {
  buffers = list
}

/** A new run: buffers that its setup makes take the places of those that an earlier run's setup made. */
export function beginRun(): void {
  run++
  nextEarly = 0
  forgetViews()
}

function forgetViews(): void {
  a0 = a1 = a2 = a3 = undefined
  v0 = v1 = v2 = v3 = undefined
}

/** Where the undo log stands. */
export function mark(): number {
  return logged
}

/** Puts memory back to what it was when the log stood at `to`. */
export function undo(to: number): void {
  while (logged > to) {
    logged -= 3
    const slot = log[logged]
    const shadow = slot < LATE ? early[slot] : late[slot - LATE]
    setWord(shadow, log[logged + 1], log[logged + 2])
  }
}

// ---- finding what an array is ----------------------------------------------------------------------------------------

const LATE = 1000

/** The view of an array over shared memory, or undefined for any other value. */
export function viewOf(a: unknown): View | undefined {
  if (a === a0) return v0
  if (a === a1) return v1
  if (a === a2) return v2
  if (a === a3) return v3
  return findView(a)
}

function findView(a: unknown): View | undefined {
  if (!ArrayBuffer.isView(a) || a instanceof DataView) return undefined
  const buffer = a.buffer
  let view: View | undefined
  if (buffer instanceof SharedArrayBuffer) {
    const shadow = shadowOf(buffer)
    view = views.get(a)
    if (view === undefined || view.shadow !== shadow) {
      view = new View(a as unknown as TypedArray, shadow)
      views.set(a, view)
    }
  }
  a3 = a2
  v3 = v2
  a2 = a1
  v2 = v1
  a1 = a0
  v1 = v0
  a0 = a
  v0 = view
  return view
}

/** Gives a buffer its place. Those met in setup go by order, those that a thread meets first by identity. */
export function shadowOf(buffer: SharedArrayBuffer): Shadow {
  let shadow = shadows.get(buffer)
  // The place of a buffer of an earlier run belongs to another by now.
  if (shadow !== undefined && shadow.buffer !== buffer) shadow = undefined
  if (shadow === undefined && R[rMODE] === running) {
    shadow = new Shadow(LATE + late.length, buffer)
    late.push(shadow)
  } else if (shadow === undefined) {
    while (nextEarly < early.length && early[nextEarly].run === run) nextEarly++
    shadow = early[nextEarly]
    if (shadow === undefined) {
      shadow = new Shadow(nextEarly, buffer)
      early.push(shadow)
    }
    shadow.bind(buffer)
  }
  shadow.run = run
  shadows.set(buffer, shadow)
  return shadow
}

// ---- words, hash, undo -------------------------------------------------------------------------------------------------

/** A word of a buffer; the last one may be short. */
export function word(shadow: Shadow, w: number): number {
  if (w < shadow.words.length) return shadow.words[w]
  let value = 0
  for (let at = w << 2, by = 0; at < shadow.bytes.length; at++, by += 8) value |= shadow.bytes[at] << by
  return value
}

function setWord(shadow: Shadow, w: number, value: number): void {
  if (w < shadow.words.length) {
    shadow.words[w] = value
    return
  }
  for (let at = w << 2, rest = value; at < shadow.bytes.length; at++, rest >>>= 8) shadow.bytes[at] = rest
}

/** One lane of the hash of (place, value): the finaliser of MurmurHash3 with the value stirred in between. */
function mixA(place: number, value: number): number {
  let h = Math.imul(place ^ 0x2545f491, 0x85ebca6b)
  h ^= h >>> 15
  h = Math.imul(h ^ value, 0xc2b2ae35)
  h ^= h >>> 13
  h = Math.imul(h, 0x27d4eb2f)
  return h ^ (h >>> 16)
}

function mixB(place: number, value: number): number {
  let h = Math.imul(place ^ 0x6c078965, 0x9e3779b1)
  h ^= h >>> 16
  h = Math.imul(h ^ value, 0x7feb352d)
  h ^= h >>> 14
  h = Math.imul(h, 0x846ca68b)
  return h ^ (h >>> 15)
}

/** Notes that word `w` was `old` before a write. */
function changed(shadow: Shadow, w: number, old: number): boolean {
  const value = word(shadow, w)
  if (value === old) return false
  const place = Math.imul(shadow.slot, 0x3c6ef372) + w
  R[rM1] ^= mixA(place, old) ^ mixA(place, value)
  R[rM2] ^= mixB(place, old) ^ mixB(place, value)
  if (logged + 3 > log.length) {
    const longer = new Int32Array(2 * log.length)
    longer.set(log)
    log = longer
  }
  log[logged] = shadow.slot
  log[logged + 1] = w
  log[logged + 2] = old
  logged += 3
  return true
}

/** Folds a value that the running thread got to see into its hash. */
export function fold(value: number): void {
  let h = Math.imul(R[rH1] ^ value, 0x85ebca6b)
  R[rH1] = h ^ (h >>> 15)
  h = (R[rH2] + Math.imul(value ^ 0x5bd1e995, 0x9e3779b1)) | 0
  h ^= h >>> 13
  R[rH2] = Math.imul(h, 0xc2b2ae35)
}

/** Folds what is at an address, by its bits. */
function foldBits(view: View, at: number): void {
  const { shadow, shift } = view
  const w = at >>> 2
  if (shift >= 2) {
    fold(word(shadow, w))
    if (shift === 3) fold(word(shadow, w + 1))
  } else if (shift === 0) fold(shadow.bytes[at])
  else fold((shadow.bytes[at] << 8) | shadow.bytes[at + 1])
}

/** Folds an element's value, as for one that comes from a delayed store. */
function foldValue(value: unknown): void {
  if (typeof value === 'number' && (value | 0) === value) {
    fold(value)
    return
  }
  for (const c of String(value)) fold(c.charCodeAt(0))
}

// ---- one access --------------------------------------------------------------------------------------------------------

/** Notes an access by the running thread: who touches what, races, delayed stores in the way. */
function access(view: View, i: number, write: boolean, plain: boolean): void {
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

const isIndex = (view: View, i: unknown): i is number =>
  typeof i === 'number' && i >= 0 && i < view.length && Math.floor(i) === i

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

/** Whether a location is known to be contended. */
export function contended(view: View, i: number): boolean {
  return (view.cells[(view.base >>> view.shift) + i] & SHARED) !== 0
}

/** A plain write, of the running thread, or of setup or check. */
function write(view: View, i: number, value: number | bigint): void {
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

/** Notes a step of the running thread that reads or writes without going through `read` or `readModifyWrite`. */
export function touchStep(view: View, i: number, write: boolean): void {
  access(view, i, write, false)
}

// ---- what rewritten code calls for plain accesses ----------------------------------------------------------------------

interface Indexable {
  [i: number]: unknown
}

/** `a[i]` */
export function get(a: unknown, i: unknown, site = ''): unknown {
  if (R[rMODE] !== running) return (a as Indexable)[i as number]
  const view = viewOf(a)
  if (view === undefined || !isIndex(view, i)) return (a as Indexable)[i as number]
  plainSite = site
  return read(view, i, true)
}

/** `a[i] = value` */
export function set(a: unknown, i: unknown, value: unknown, site = ''): unknown {
  if (R[rMODE] !== IDLE) {
    const view = viewOf(a)
    if (view !== undefined && isIndex(view, i)) {
      plainSite = site
      write(view, i, value as number)
      return value
    }
  }
  ;(a as Indexable)[i as number] = value
  return value
}

type Methods = Record<string, (...args: unknown[]) => unknown>

/**
 * `a.fill(..)`, `a.set(..)`, `a.copyWithin(..)`: on shared memory noted element by element. Any other method is taken to
 * read the whole array and to write nothing (`slice`, `indexOf`, `join`).
 */
export function method(a: unknown, name: string, site: string, ...args: unknown[]): unknown {
  const view = R[rMODE] === IDLE ? undefined : viewOf(a)
  if (view === undefined) return (a as Methods)[name](...args)
  plainSite = site
  const { length } = view
  let from = 0
  let to = 0
  if (name === 'fill') {
    from = relative(args[1], length, 0)
    to = relative(args[2], length, length)
  } else if (name === 'set') {
    const source = args[0] as ArrayLike<number>
    readRange(source, 0, source.length)
    from = Math.trunc(Number(args[1] ?? 0)) || 0
    to = Math.min(length, from + source.length)
  } else if (name === 'copyWithin') {
    from = relative(args[0], length, 0)
    const start = relative(args[1], length, 0)
    const end = relative(args[2], length, length)
    to = Math.min(length, from + Math.max(0, end - start))
    readRange(a, start, end)
  } else {
    readRange(a, 0, length)
    return (a as Methods)[name](...args)
  }
  return writeRange(view, from, to, () => (a as Methods)[name](...args))
}

/** A relative index as the methods of typed arrays have it. */
function relative(index: unknown, length: number, otherwise: number): number {
  if (index === undefined) return otherwise
  const i = Math.trunc(Number(index)) || 0
  return i < 0 ? Math.max(0, length + i) : Math.min(i, length)
}

function readRange(source: unknown, from: number, to: number): void {
  const view = viewOf(source)
  if (view === undefined || R[rMODE] !== running) return
  for (let i = from; i < to; i++) read(view, i, true)
}

/** Runs a native that writes elements [from, to), and notes what it wrote. */
function writeRange(view: View, from: number, to: number, act: () => unknown): unknown {
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
