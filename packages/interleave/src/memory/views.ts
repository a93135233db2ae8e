/**
 * Which typed array is over which buffer. Buffers of setup take the places of those that an earlier run's setup made, in
 * order, so that what has been learnt about their locations is kept.
 */

import { MODE, RUNNING, regs } from './registers.ts'
import { Shadow, type TypedArray, View } from './shadow.ts'

// Locals, as in `memory.ts`.
const R = regs
const rMODE = MODE
const running = RUNNING

let views = new WeakMap<object, View>()
let shadows = new WeakMap<SharedArrayBuffer, Shadow>()
/** Buffers first met in setup, in that order: the same in every run, though each run may make new ones. */
let early: Shadow[] = []
let late: Shadow[] = []
let nextEarly = 0
let run = 0

/** Where the places of buffers begin that a thread met first. */
const LATE = 1000

// The last four arrays, found without a look-up.
let a0: unknown
let a1: unknown
let a2: unknown
let a3: unknown
let v0: View | undefined
let v1: View | undefined
let v2: View | undefined
let v3: View | undefined

/** Forgets all buffers. */
export function forgetBuffers(): void {
  views = new WeakMap()
  shadows = new WeakMap()
  early = []
  late = []
  forgetViews()
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

/** The buffer in a place. */
export function shadowAt(slot: number): Shadow {
  return slot < LATE ? early[slot] : late[slot - LATE]
}

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
