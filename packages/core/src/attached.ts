/**
 * The heap that this thread has in a memory: at most one, by whichever buffer object it is asked for.
 *
 * Kept by arena, and the arenas by id; weakly, so that a heap whose buffer nobody holds any more can be collected. No weak
 * reference leads to a heap itself: what one was made for, or asked for, is kept to the end of the job, and a thread that
 * attaches and detaches in a loop would keep all its heaps.
 */

import { type Arena, isSameMemory, R_PROBE } from '@hakmem/arena'
import type { Heap } from './heap.ts'

const attached = new WeakMap<Arena, Heap>()
const arenas = new Map<string, WeakRef<Arena>>()

/** The heap that this thread is attached to in the arena's memory; undefined if it is to none. */
export function heapIn(arena: Arena): Heap | undefined {
  const own = attached.get(arena)
  if (own !== undefined) return own
  // One by way of another buffer object. A copy of a heap, byte for byte, has its id but is another heap.
  const other = arenas.get(arena.id)?.deref()
  const heap = other === undefined ? undefined : attached.get(other)
  return heap !== undefined && isSameMemory(heap.I32, arena.W, heap.record.at + R_PROBE) ? heap : undefined
}

/** Notes that this thread is attached. */
export function remember(heap: Heap): void {
  const { arena } = heap
  attached.set(arena, heap)
  if (arenas.get(arena.id)?.deref() === arena) return
  for (const [id, ref] of arenas) if (ref.deref() === undefined) arenas.delete(id)
  arenas.set(arena.id, new WeakRef(arena))
}

/** Notes that it no longer is. */
export function forget(heap: Heap): void {
  attached.delete(heap.arena)
}
