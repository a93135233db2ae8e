// Threads that exchange blocks through a shared table: each swaps a block of its own for whatever lies in a slot, checks
// every word of what it got and frees it. Whoever allocated a block is rarely who frees it.

import { Heap, type HeapHandle } from '@hakmem/core'
import { randomFrom } from '@hakmem/testing/random'

export interface Exchange {
  readonly heap: HeapHandle
  /** Slots that hold the offsets of blocks, or 0. */
  readonly table: SharedArrayBuffer
  /** One count per thread: the operations (a malloc, a free, a swap) it has done. */
  readonly done: SharedArrayBuffer
}

/** A block holds its size in words, then that many words that follow from its offset and size. */
function write(words: Uint32Array, p: number, count: number): void {
  const at = p >>> 2
  words[at] = count
  for (let k = 1; k < count; k++) words[at + k] = (p + k * count) >>> 0
}

function verify(words: Uint32Array, p: number): void {
  const at = p >>> 2
  const count = words[at]
  if (count < 4 || count > 2 ** 20) throw new Error(`the block at ${p} says that it has ${count} words`)
  for (let k = 1; k < count; k++) {
    if (words[at + k] !== (p + k * count) >>> 0)
      throw new Error(`word ${k} of ${count} of the block at ${p} is wrong`)
  }
}

/** Takes zeros, and makes another thread's block, filled with threes, a longer one of its own: what is in both then. */
export function regrow(given: HeapHandle | SharedArrayBuffer, p: number, size: number) {
  const heap = Heap.attach(given)
  const zeros = heap.calloc(1, size)
  const isZero = heap.bytes(zeros, size).every((byte) => byte === 0)
  heap.free(zeros)
  const moved = heap.realloc(p, 2 * size)
  const isKept = heap.bytes(moved, size).every((byte) => byte === 3)
  heap.free(moved)
  heap.detach()
  return { isZero, isKept }
}

/** Where the block is then: at `p` still if there was no room. */
function tryRealloc(heap: Heap, p: number, size: number): number {
  try {
    return heap.realloc(p, size)
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_HAKMEM_OUT_OF_MEMORY') throw error
    verify(heap.U32, p)
    return p
  }
}

/** Does at least `operations`, then detaches. Sizes: mostly `small` bytes at most, now and then mid and large. */
export function exchange(given: Exchange, index: number, operations: number, small: number): number {
  const heap = Heap.attach(given.heap)
  const table = new Int32Array(given.table)
  const done = new Int32Array(given.done)
  const words = heap.U32
  const random = randomFrom(1000 + index)
  const held: number[] = []
  let count = 0
  while (count < operations) {
    const kind = random(4096)
    const size =
      kind === 0 ? 65_536 + random(200_000) : kind < 16 ? 1024 + random(30_000) : 16 + random(small)
    const p = heap.tryMalloc(size)
    count++
    if (p !== 0) {
      write(words, p, size >>> 2)
      const got = Atomics.exchange(table, random(table.length), p) >>> 0
      count++
      if (got !== 0) held.push(got)
    }
    while (held.length > (p === 0 ? 0 : 8)) {
      const at = random(held.length)
      const q = held[at]
      held[at] = held[held.length - 1]
      held.pop()
      verify(words, q)
      heap.free(q)
      count++
    }
    if (kind === 17) heap.flush()
    else if (kind === 18) heap.park()
    else if (kind < 64 && held.length > 0) {
      const q = held.pop() ?? 0
      verify(words, q)
      const moved = tryRealloc(heap, q, size)
      write(words, moved, heap.usableSize(moved) >>> 2)
      held.push(moved)
      count++
    }
  }
  for (const q of held) {
    verify(words, q)
    heap.free(q)
  }
  Atomics.add(done, index, count)
  heap.detach()
  return count
}

/** Attaches, does a little, leaves blocks behind in the table and detaches, `times` over. Records must be reused. */
export function comeAndGo(given: Exchange, index: number, times: number): void {
  const table = new Int32Array(given.table)
  const random = randomFrom(2000 + index)
  for (let k = 0; k < times; k++) {
    using heap = Heap.attach(given.heap)
    for (let n = 0; n < 200; n++) {
      const size = 16 + random(n % 20 === 0 ? 100_000 : 2000)
      const p = heap.malloc(size)
      write(heap.U32, p, size >>> 2)
      const got = Atomics.exchange(table, random(table.length), p) >>> 0
      if (got === 0) continue
      verify(heap.U32, got)
      heap.free(got)
    }
  }
}

/** Leaves a block without detaching: its record stays taken when this thread ends. */
export function leave(handle: HeapHandle, size: number): number {
  const p = Heap.attach(handle).malloc(size)
  return p
}

/** What a thread sees of a heap that another made. */
export function look(
  handle: HeapHandle,
  p: number,
): { again: boolean; owns: boolean; usable: number; code: string } {
  const heap = Heap.attach(handle)
  const again = Heap.attach({ ...handle }) === heap
  const owns = heap.owns(p)
  const usable = heap.usableSize(p)
  heap.free(p)
  let code = 'none'
  try {
    heap.free(p)
  } catch (error) {
    code = String((error as { code?: unknown }).code)
  }
  heap.detach()
  return { again, owns, usable, code }
}

/** The code with which attaching fails here. */
export function attachCode(buffer: SharedArrayBuffer): string {
  try {
    Heap.attach(buffer).detach()
  } catch (error) {
    return String((error as { code?: unknown }).code)
  }
  return 'none'
}
