/**
 * Writes all of a block: doubles, eight bytes at a time, which is as much as JavaScript stores at once (C compilers take
 * more), and then the block's last whole word, which may lie behind the doubles or be a half of the last. A branch for
 * the former would be mispredicted half of the time.
 */

import type { Views } from '../peers/allocator.ts'

/** What fills the block of `bytes` bytes, 4 at least, at `p` with `value`, an int32. */
export function bindFill({ F64, U32 }: Views): (p: number, bytes: number, value: number) => void {
  return (p, bytes, value) => {
    const end = (p + bytes) >>> 3
    for (let at = p >>> 3; at < end; at++) F64[at] = value
    U32[((p + bytes) >>> 2) - 1] = value
  }
}
