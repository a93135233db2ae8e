// What the tests of the heap share.

import { Arena, type ArenaOptions, type Audit, type Ptr, ThreadRecord } from '@hakmem/arena'
import { Heap } from '@hakmem/core'
import { assert } from '@hakmem/testing'

const MIB = 2 ** 20
/** A size of every kind: smallest, tiny, mid, large, several extents. */
export const SIZES = [1, 16, 17, 100, 1024, 1025, 5000, 40_000, 65_535, 65_536, 300_000, 5 * MIB]

/** Several threads of one heap, played in turn by the calling thread: each has a record of its own. */
export function threadsOf(count: number, options: ArenaOptions): Heap[] {
  const arena = Arena.create({ threads: count, ...options })
  return Array.from({ length: count }, (_, k) => new Heap(ThreadRecord.claim(arena, 1000 + k)))
}

/** The audit, which must find nothing wrong and account for every byte. */
export function soundAudit(heap: Heap): Audit {
  const audit = heap.audit()
  assert.equal(audit.problems, [])
  assert.ok(audit.ok)
  assert.is(audit.metadata + audit.live + audit.cached + audit.remote + audit.free, audit.capacity)
  return audit
}

/** As many blocks of `size` as fit. */
export function fill(heap: Heap, size: number): Ptr[] {
  const blocks: Ptr[] = []
  for (let p = heap.tryMalloc(size); p !== 0; p = heap.tryMalloc(size)) blocks.push(p)
  return blocks
}
