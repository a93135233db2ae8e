/**
 * Debugging: in a heap made with `types: true` every block of structs carries, in its last 16 bytes, which type it holds,
 * how many, and which thread made it. `at`, `moveTo` and `free` look there, so that a pointer to another type, or to what
 * was freed, is an error that names both; `leaksOf` counts what is left.
 *
 * A freed block keeps its tag until it is used again, so use after free is found until then, and named a wrong type after.
 */

import { blockAround, classAt, pointerError, sizeAt } from '@hakmem/arena'
import type { Heap } from '@hakmem/core'
import { hex, NullPointerError, UseAfterFreeError, WrongTypeError } from './errors.ts'
import type { AnyKind, Memory } from './kind.ts'
import { hashOf, type Layout, layOut } from './layout.ts'
import { u32 } from './scalars.ts'

/** A struct class, as far as tags know it. */
interface Tagged {
  readonly name: string
  readonly layout: Layout
}

/** Bytes that a block has more. */
const TAG = 16
/** Words of a tag: a magic number with the block's start, type, thread id, structs (0: a single one). */
const MAGIC = 0
const TYPE = 1
const THREAD = 2
const COUNT = 3

const LIVE = 0x54_59_50_45
const FREED = 0x46_52_45_45

/** What this thread knows of types, by their number. */
const known = new Map<number, Tagged>()
const numbers = new WeakMap<Tagged, number>()

function numberOf(type: Tagged): number {
  let number = numbers.get(type)
  if (number === undefined) {
    number = hashOf(`${type.name} ${type.layout.signature}`)
    numbers.set(type, number)
    known.set(number, type)
  }
  return number
}

function nameOf(number: number): string {
  return known.get(number)?.name ?? `a type that this thread has not loaded (${hex(number)})`
}

/** The word where the tag of the block is. */
const tagOf = (start: number, size: number): number => (start + size - TAG) >>> 2

/** What the chunks of regions are tagged as. Each struct in one has its tag before it. */
export const REGION: Tagged = { name: 'Region', layout: layOut({ next: u32 }) }

/** A block for structs, tagged where the memory has tags. `count` 0: a single one. Throws OutOfMemoryError. */
export function allocate(memory: Memory, type: Tagged | undefined, bytes: number, count: number): number {
  const heap = taggedHeap(memory)
  if (heap === undefined || type === undefined) return memory.malloc(bytes)
  const isBlock = memory === (heap as Memory)
  const block = memory.malloc(bytes + TAG)
  const p = isBlock ? block : block + TAG
  const at = isBlock ? tagOf(p, heap.usableSize(p)) : block >>> 2
  heap.U32[at + MAGIC] = LIVE ^ p
  heap.U32[at + TYPE] = numberOf(type)
  heap.U32[at + THREAD] = heap.thread
  heap.U32[at + COUNT] = count
  return p
}

function taggedHeap(memory: Memory): Heap | undefined {
  return memory.types ? (memory.heap ?? (memory as Heap)) : undefined
}

/** Says of a block that is about to be freed that it was. */
export function retire(memory: Memory, p: number): void {
  const heap = taggedHeap(memory)
  if (heap === undefined || !heap.owns(p)) return
  const at = tagOf(p, heap.usableSize(p))
  if (heap.U32[at + MAGIC] === (LIVE ^ p) >>> 0) heap.U32[at + MAGIC] = FREED ^ p
}

/**
 * Throws what is wrong with `p` as a pointer to a `type`: InvalidPointerError, UseAfterFreeError, WrongTypeError. With
 * `isWhole`, also if it does not stand for a block.
 */
export function check(memory: Memory, p: number, type: Tagged, isWhole = false): void {
  const heap = taggedHeap(memory)
  if (heap === undefined) return
  if (p >>> 0 !== p || p === 0) throw new NullPointerError(type.name, p)
  const { arena, U32 } = heap
  const isInside =
    p < arena.geometry.bytes && p >= arena.geometry.firstExtent * 2 ** arena.geometry.extentShift
  const block = isInside ? blockAround(arena, p) : undefined
  if (block === undefined) throw pointerError(arena, type.name, p)
  const { start, size } = block
  const isLive = classAt(arena, start) !== 0
  const at = tagOf(start, size)
  const magic = U32[at + MAGIC]
  const found = U32[at + TYPE]
  if (magic === (FREED ^ start) >>> 0 || (magic === (LIVE ^ start) >>> 0 && !isLive)) {
    throw new UseAfterFreeError(p, type.name, nameOf(found))
  }
  if (magic !== (LIVE ^ start) >>> 0) {
    if (isLive) throw new WrongTypeError(p, type.name, 'in a block that no struct was made in')
    throw pointerError(arena, type.name, p)
  }
  if (found === numberOf(REGION) && type !== REGION) {
    checkPiece(heap, p, type)
    return
  }
  const holder = known.get(found)
  const offset = p - start
  const count = Math.max(1, U32[at + COUNT])
  const stride = found === numberOf(type) ? type.layout.size : (holder?.layout.size ?? size)
  const isElement = found === numberOf(type) && offset % stride === 0 && offset < count * stride
  if (isElement && !(isWhole && U32[at + COUNT] !== 0)) return
  if (!isWhole && holder !== undefined && contains(holder.layout, offset % stride, type)) return
  const where = offset === 0 ? '' : `, ${offset} bytes into it`
  const many = U32[at + COUNT] === 0 ? '' : ` (one of ${count} in a block)`
  throw new WrongTypeError(p, type.name, `${nameOf(found)}${many}${where}`)
}

/** The same for a struct in a region. */
function checkPiece({ U32 }: Heap, p: number, type: Tagged): void {
  const at = (p - TAG) >>> 2
  if (U32[at + MAGIC] !== (LIVE ^ p) >>> 0) throw new WrongTypeError(p, type.name, 'inside of a region')
  if (U32[at + TYPE] !== numberOf(type)) throw new WrongTypeError(p, type.name, nameOf(U32[at + TYPE]))
}

/** Whether a struct of `layout` has one of `type` in it, `offset` bytes from its start. */
function contains(layout: Layout, offset: number, type: Tagged): boolean {
  return layout.slots.some(({ kind, offset: from }) => kindHas(kind, offset - from, type))
}

function kindHas(kind: AnyKind, offset: number, type: Tagged): boolean {
  if (offset < 0 || offset >= kind.size) return false
  if (kind.type !== undefined) {
    const isIt = offset === 0 && numberOf(kind.type) === numberOf(type)
    return isIt || contains(kind.type.layout, offset, type)
  }
  return kind.parts !== undefined && kindHas(kind.parts, offset % kind.parts.size, type)
}

/** What is live, by type and the thread that made it. */
export interface Leak {
  /** Undefined for blocks that no struct was made in: strings, lists, and what `malloc` gave. */
  readonly type: string | undefined
  readonly thread: number | undefined
  /** Blocks, structs in them (those of `makeMany` each count), and usable bytes. */
  readonly blocks: number
  readonly structs: number
  readonly bytes: number
}

/**
 * What is live in a heap made with `types: true`, the most bytes first. Any attached thread; while others allocate, the
 * figures are of no single moment.
 */
export function leaksOf(heap: Heap): Leak[] {
  const { arena, U32 } = heap
  const { firstExtent, extentShift, bytes } = arena.geometry
  const leaks = new Map<string, { -readonly [K in keyof Leak]: Leak[K] }>()
  for (let p = firstExtent * 2 ** extentShift; p < bytes; p += 16) {
    const c = classAt(arena, p)
    if (c === 0) continue
    const size = sizeAt(arena, p, c)
    const at = tagOf(p, size)
    const isTagged = U32[at + MAGIC] === (LIVE ^ p) >>> 0
    const type = isTagged ? nameOf(U32[at + TYPE]) : undefined
    const thread = isTagged ? U32[at + THREAD] : undefined
    const key = `${type} ${thread}`
    const leak = leaks.get(key) ?? { type, thread, blocks: 0, structs: 0, bytes: 0 }
    leak.blocks++
    leak.structs += isTagged ? Math.max(1, U32[at + COUNT]) : 0
    leak.bytes += size
    leaks.set(key, leak)
  }
  return [...leaks.values()].sort((a, b) => b.bytes - a.bytes)
}
