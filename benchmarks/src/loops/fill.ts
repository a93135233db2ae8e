/**
 * Writes all of a block: doubles, eight bytes at a time, which is as much as JavaScript stores at once (C compilers take
 * more), and then the block's last whole word, which may lie behind the doubles or be a half of the last. A branch for
 * the former would be mispredicted half of the time.
 *
 * Two doubles a turn, and the last one before the loop, whether the loop comes to it again or not: a turn is three
 * branches (end, bounds, V8's stack check) whatever it stores, and a test for an odd one left over would be mispredicted
 * (glibc-thread ran at 0.8 with one double a turn).
 */

import type { Views } from '../peers/allocator.ts'

/** What fills the block of `bytes` bytes, 4 at least, at `p` with `value`, an int32. */
export function bindFill({ F64, U32 }: Views): (p: number, bytes: number, value: number) => void {
  return (p, bytes, value) => {
    const last = ((p + bytes) >>> 3) - 1
    if (bytes >= 8) F64[last] = value
    for (let at = p >>> 3; at < last; at += 2) {
      F64[at] = value
      F64[at + 1] = value
    }
    U32[((p + bytes) >>> 2) - 1] = value
  }
}
