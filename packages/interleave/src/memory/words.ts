/**
 * Words of memory: what they were before a write, to put them back, and the hash of all that have changed since setup.
 *
 * - **Undo.** The word that a write changes is logged, and put back when the run is over: a run costs no copy of a buffer.
 * - **Hash.** Two 32-bit lanes, each the xor of mix(buffer, word, value) over all words that changed (Zobrist 1970), so that
 *   equal memory has an equal hash however it came about, and a write costs O(1).
 */

import { M1, M2, regs } from './registers.ts'
import type { Shadow } from './shadow.ts'
import { shadowAt } from './views.ts'

// Locals, as in `memory.ts`.
const R = regs
const rM1 = M1
const rM2 = M2

// Undo: slot, word, former value.
let log = new Int32Array(3 * 1024)
let logged = 0

/** Where the undo log stands. */
export function mark(): number {
  return logged
}

/** Forgets what could be put back. */
export function forgetWrites(): void {
  logged = 0
}

/** Puts memory back to what it was when the log stood at `to`. */
export function undo(to: number): void {
  while (logged > to) {
    logged -= 3
    setWord(shadowAt(log[logged]), log[logged + 1], log[logged + 2])
  }
}

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
export function changed(shadow: Shadow, w: number, old: number): boolean {
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
