/**
 * What a number is, as a pointer: one state byte tells whether a live block starts there and of which class; for
 * anything else, the run words tell what is wrong. Exact for operations that are ordered in time with no reuse of
 * the block in between; after reuse nothing can tell an old pointer from a new one.
 */

import type { Arena } from './arena.ts'
import { LARGE, SIZES } from './classes.ts'
import { DoubleFreeError, type HeapError, InvalidPointerError, type InvalidPointerReason } from './errors.ts'
import { PAGE, runClass, runPages } from './layout.ts'

declare const PTR: unique symbol

/** A byte offset that malloc returned: an ordinary number, branded so that a size cannot take its place. */
export type Ptr<T = unknown> = number & { readonly [PTR]: T }

/** The class of the live block that starts at `p`, LARGE for a large run, 0 if `p` is no live block's start. */
export function classAt(arena: Arena, p: number): number {
  if (typeof p !== 'number' || p >>> 0 !== p || (p & 15) !== 0 || p >= arena.geometry.bytes) return 0
  const byte = arena.S[p >>> 4]
  return byte <= LARGE ? byte : 0
}

/** Usable bytes of the live block of class `c` at `p`. */
export function sizeAt(arena: Arena, p: number, c: number): number {
  return c === LARGE ? runPages(arena.W[arena.geometry.runs + (p >>> 12)]) * PAGE : SIZES[c]
}

/** The first page of the used run that covers `page`, 0 if none does. */
function runAround(arena: Arena, page: number): number {
  const g = arena.geometry
  const first = g.firstExtent << g.extentPageShift
  for (let at = page; at >= first; at--) {
    const word = arena.W[g.runs + at]
    if (word !== 0) return at + runPages(word) > page ? at : 0
  }
  return 0
}

/** A block of a run, live or not. */
export interface BlockExtent {
  readonly start: number
  /** Usable bytes. */
  readonly size: number
  readonly isLarge: boolean
}

/** The block that covers the address `p` of the heap, undefined where no run has one. */
export function blockAround(arena: Arena, p: number): BlockExtent | undefined {
  const page = runAround(arena, p >>> 12)
  if (page === 0) return undefined
  const word = arena.W[arena.geometry.runs + page]
  const isLarge = runClass(word) === LARGE
  const size = isLarge ? runPages(word) * PAGE : SIZES[runClass(word)]
  const first = page * PAGE
  const start = p - ((p - first) % size)
  return start + size <= first + runPages(word) * PAGE ? { start, size, isLarge } : undefined
}

/** The error for a value that `classAt` refused. */
export function pointerError(arena: Arena, operation: string, p: unknown): HeapError {
  const wrong = (reason: InvalidPointerReason, detail = '') =>
    new InvalidPointerError(operation, p, reason, detail)
  if (typeof p !== 'number' || Number.isNaN(p)) return wrong('not a number')
  if (p >>> 0 !== p) return wrong('not an integer from 0 to 2^32 - 1')
  const g = arena.geometry
  if (p >= g.bytes) return wrong('beyond the end of the heap', ` (${g.bytes} bytes)`)
  if ((p & 15) !== 0) return wrong('not a multiple of 16')
  if (p < g.firstExtent * 2 ** g.extentShift) return wrong('in the metadata')

  if (runAround(arena, p >>> 12) === 0) return wrong('not allocated (it never was, or was freed before)')
  const block = blockAround(arena, p)
  if (block === undefined) return wrong('not the start of a block', ' (behind the last of its run)')
  const { start, size, isLarge } = block
  if (p !== start) {
    return wrong('not the start of a block', ` (${p - start} bytes into the ${size} that start at ${start})`)
  }
  const byte = arena.S[p >>> 4]
  const found = byte === 255 ? 'freed by another thread' : byte === 0 && !isLarge ? 'free' : 'cached'
  return new DoubleFreeError(operation, p, size, found)
}
