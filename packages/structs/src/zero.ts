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
