/** What a worker is given when it starts. */

import type { HeapHandle } from '@hakmem/core'

export interface Orders {
  readonly heap: HeapHandle
  readonly books: SharedArrayBuffer
  readonly seats: number
  /**
   * Two words: seat + 1 once it may begin, 0 before; and the seat + 1 for a worker of its own, 0 if it shall have none.
   * A worker's own worker begins at once.
   */
  readonly start: Int32Array
  readonly seed: number
}

/** MiB of stack: little, so that a stack overflow is not far (and V8 does not spend 45 ms on 40,000 frames). */
export const STACK = 1
