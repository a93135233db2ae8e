/** Zeros inside of blocks: few, at any address. `fill` takes twice as long for 16 bytes in shared memory (20 ns). */

import type { Memory } from './kind.ts'

/** Zeros from address `at` on, `bytes` of them. */
export function zero({ U8, F64 }: Memory, at: number, bytes: number): void {
  if (((at | bytes) & 7) === 0) {
    const start = at >>> 3
    const words = bytes >>> 3
    for (let k = 0; k < words; k++) F64[start + k] = 0
  } else for (let k = 0; k < bytes; k++) U8[(at >>> 0) + k] = 0
}

/**
 * Zeros a new block of `words` words of 8 bytes from index `start` on, and one more if that is odd: blocks end at multiples
 * of 16 bytes. Most structs are small, and V8 unrolls no loop: written out, making and freeing 48 bytes takes 3 ns less.
 */
export function zeroBlock(F64: Float64Array, start: number, words: number): void {
  F64[start] = 0
  F64[start + 1] = 0
  if (words <= 2) return
  F64[start + 2] = 0
  F64[start + 3] = 0
  if (words <= 4) return
  F64[start + 4] = 0
  F64[start + 5] = 0
  if (words <= 6) return
  F64[start + 6] = 0
  F64[start + 7] = 0
  for (let k = 8; k < words; k += 2) {
    F64[start + k] = 0
    F64[start + k + 1] = 0
  }
}
