// What the tests of structs share.

import { type Audit, type Heap, isHeapError } from '@hakmem/core'
import { assert } from '@hakmem/testing'

/** What `body` throws, as its code; 'nothing', or the error itself if it is none of this project. */
export function codeOf(body: () => unknown): string {
  try {
    body()
  } catch (error) {
    return isHeapError(error) ? error.code : `another error: ${error}`
  }
  return 'nothing'
}

/** A value of a type that the compiler would refuse: what a JavaScript caller may pass. */
export function untyped<T>(value: unknown): T {
  return value as T
}

/** Bytes in live blocks; the audit must find nothing wrong. */
export function liveBytes(heap: Heap): number {
  const { problems, live }: Audit = heap.audit()
  assert.equal(problems, [])
  return live
}
