/**
 * Keys as they lie in memory: integers of 32 bits with or without sign, and strings of any UTF-16 code units. A string is
 * stored one byte per unit if all are below 256, else two; lone surrogates are kept.
 *
 * A node holds a key and a value:
 *
 *     word 0  hash of the key         word 2  kind << 28 | units of the string
 *     word 1  value                   from word 3  the integer, or the units
 */

import type { Heap } from '@hakmem/core'
import { InvalidValueError } from '@hakmem/sync'

export type Key = string | number

export const N_HASH = 0
export const N_VALUE = 1
const N_TAG = 2
const N_KEY = 3

const UNSIGNED = 1 << 28
const NEGATIVE = 2 << 28
const NARROW = 3 << 28
const WIDE = 4 << 28
const KIND = 7 << 28
const LENGTH = 2 ** 28 - 1

/** Units that are turned into a string at once: as arguments of a call. */
const CHUNK = 4096

/** What word 2 of a node with `key` says. Throws InvalidValueError for what is no key. */
export function tagOf(key: Key): number {
  if (typeof key === 'string' && key.length <= LENGTH) {
    for (let k = 0; k < key.length; k++) if (key.charCodeAt(k) > 255) return WIDE | key.length
    return NARROW | key.length
  }
  if (typeof key !== 'number' || !Number.isInteger(key) || key < -(2 ** 31) || key >= 2 ** 32) {
    throw new InvalidValueError(
      'SharedMap',
      'the key',
      key,
      'a string, or a whole number from -2^31 to 2^32 - 1',
    )
  }
  return key < 0 ? NEGATIVE : UNSIGNED
}

/** FNV-1a over the units, and a finish (MurmurHash3's) that spreads it to all bits. */
export function hashOf(key: Key): number {
  let hash = 0x811c9dc5
  if (typeof key === 'number') hash ^= key
  else for (let k = 0; k < key.length; k++) hash = Math.imul(hash ^ key.charCodeAt(k), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** Bytes of a node for a key with this tag. */
export function nodeBytes(tag: number): number {
  const kind = tag & KIND
  const units = tag & LENGTH
  return 4 * N_KEY + (kind === NARROW ? units : kind === WIDE ? 2 * units : 4)
}

/** Writes a whole node at byte offset `node`. */
export function writeNode(
  heap: Heap,
  node: number,
  hash: number,
  tag: number,
  key: Key,
  value: number,
): void {
  const at = node >>> 2
  heap.I32[at + N_HASH] = hash
  heap.I32[at + N_VALUE] = value
  heap.I32[at + N_TAG] = tag
  if (typeof key === 'number') {
    heap.I32[at + N_KEY] = key
    return
  }
  const isWide = (tag & KIND) === WIDE
  const units = isWide ? heap.U16 : heap.U8
  const first = isWide ? (at + N_KEY) * 2 : (at + N_KEY) * 4
  for (let k = 0; k < key.length; k++) units[first + k] = key.charCodeAt(k)
}

/** Whether the node at byte offset `node` has this key. */
export function hasKey(heap: Heap, node: number, hash: number, tag: number, key: Key): boolean {
  const at = node >>> 2
  if (heap.I32[at + N_HASH] !== hash || heap.I32[at + N_TAG] !== tag) return false
  if (typeof key === 'number') return heap.I32[at + N_KEY] === (key | 0)
  const isWide = (tag & KIND) === WIDE
  const units = isWide ? heap.U16 : heap.U8
  const first = isWide ? (at + N_KEY) * 2 : (at + N_KEY) * 4
  for (let k = 0; k < key.length; k++) if (units[first + k] !== key.charCodeAt(k)) return false
  return true
}

/** The key of a node. */
export function readKey(heap: Heap, node: number): Key {
  const at = node >>> 2
  const tag = heap.I32[at + N_TAG]
  const kind = tag & KIND
  if (kind === UNSIGNED) return heap.U32[at + N_KEY]
  if (kind === NEGATIVE) return heap.I32[at + N_KEY]
  const units = kind === WIDE ? heap.U16 : heap.U8
  const first = (at + N_KEY) * (kind === WIDE ? 2 : 4)
  const end = first + (tag & LENGTH)
  let text = ''
  for (let from = first; from < end; from += CHUNK) {
    // A copy: what lies in shared memory must not change while it is read twice.
    text += String.fromCharCode(...units.slice(from, Math.min(end, from + CHUNK)))
  }
  return text
}
