// What the tests of structs share.

import type { Audit, Heap } from '@hakmem/core'
import { assert } from '@hakmem/testing'

/** Bytes in live blocks; the audit must find nothing wrong. */
export function liveBytes(heap: Heap): number {
  const { problems, live }: Audit = heap.audit()
  assert.equal(problems, [])
  return live
}
