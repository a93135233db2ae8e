/**
 * Bytes as a sequence of calls, for fuzzers that know nothing but bytes: any bytes are a sequence, and a changed byte
 * changes one call. `fuzz` is what libFuzzer and its like call.
 */

import { CALL_NAMES, type Call } from './calls.ts'
import { type Arg, EDGES } from './hostile.ts'
import { run, type Sequence } from './sequence.ts'

/** The first bytes say what heap it is; then each call takes as many: name, thread, and three for each argument. */
export const HEAD = 1
export const STRIDE = 8

const MIB = 2 ** 20
/** What a live block's pointer may be off by. */
const NEAR = [1, -1, 8, 16, -16, 32, 4096, -4096, 65_536, 0.5, 2 ** 32]

export function decode(data: Uint8Array): Sequence {
  const head = data[0] ?? 0
  const threads = 2 + (head & 1)
  const shape = {
    bytes: (head & 2) === 0 ? (threads - 1) * MIB : 3 * MIB,
    threads,
    counters: (head & 4) !== 0,
    kept: (head & 8) !== 0,
  }
  const calls: Call[] = []
  for (let at = HEAD; at + STRIDE <= data.length; at += STRIDE) {
    const name = CALL_NAMES[data[at] % CALL_NAMES.length]
    calls.push({ name, who: data[at + 1], a: argAt(data, at + 2), b: argAt(data, at + 5) })
  }
  return { shape, calls }
}

function argAt(data: Uint8Array, at: number): Arg {
  const [kind, low, high] = data.subarray(at, at + 3)
  const value = low | (high << 8)
  switch (kind % 8) {
    case 0:
      return { is: 'number', value: value % 2048 }
    case 1:
      return { is: 'number', value: value * 32 }
    case 2:
      return { is: 'number', value: EDGES[value % EDGES.length] }
    case 3:
    case 4:
      return { is: 'live', pick: value }
    case 5:
      return { is: 'stale', pick: value }
    case 6:
      return { is: 'near', pick: low, by: NEAR[high % NEAR.length] }
    default:
      return { is: 'odd', which: value }
  }
}

/** Throws Finding if the heap does not do as the model says. */
export function fuzz(data: Uint8Array): void {
  run(decode(data))
}
