/**
 * What a thread has seen: every value that it reads is folded into its own hash. A thread is deterministic, so that hash and
 * the number of its steps say where it stands.
 */

import { H1, H2, regs } from './registers.ts'
import type { View } from './shadow.ts'
import { word } from './words.ts'

// Locals, as in `memory.ts`.
const R = regs
const rH1 = H1
const rH2 = H2

/** Folds a value that the running thread got to see into its hash. */
export function fold(value: number): void {
  let h = Math.imul(R[rH1] ^ value, 0x85ebca6b)
  R[rH1] = h ^ (h >>> 15)
  h = (R[rH2] + Math.imul(value ^ 0x5bd1e995, 0x9e3779b1)) | 0
  h ^= h >>> 13
  R[rH2] = Math.imul(h, 0xc2b2ae35)
}

/** Folds what is at an address, by its bits. */
export function foldBits(view: View, at: number): void {
  const { shadow, shift } = view
  const w = at >>> 2
  if (shift >= 2) {
    fold(word(shadow, w))
    if (shift === 3) fold(word(shadow, w + 1))
  } else if (shift === 0) fold(shadow.bytes[at])
  else fold((shadow.bytes[at] << 8) | shadow.bytes[at + 1])
}

/** Folds an element's value, as for one that comes from a delayed store. */
export function foldValue(value: unknown): void {
  if (typeof value === 'number' && (value | 0) === value) {
    fold(value)
    return
  }
  for (const c of String(value)) fold(c.charCodeAt(0))
}
