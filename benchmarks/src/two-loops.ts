/**
 * The loops of tiny-hot and random-mixed on an allocator that is being tried out, in a process of its own. Here it is a
 * parameter, as it is in most programs: nothing that it holds is a constant to V8 but what its class has built in.
 */

import { median } from 'simple-statistics'
import type { Mallocs } from './peers/allocator.ts'

const ROUNDS = 9
/** Rounds until it is warm. */
const WARM = 3
/** Of 100 mallocs and 100 frees. */
const BATCHES = 100_000
const STEPS = 3_000_000

/** M operations/s of both loops, warm. */
export function twoLoops(heap: Mallocs): [hot: number, mixed: number] {
  const pointers = new Uint32Array(100)
  const slots = new Uint32Array(4096)
  const figures: [number[], number[]] = [[], []]
  for (let round = 0; round < ROUNDS; round++) {
    let start = performance.now()
    hot(heap, pointers, BATCHES)
    figures[0].push((200 * BATCHES) / 1e3 / (performance.now() - start))
    start = performance.now()
    mixed(heap, slots, STEPS)
    figures[1].push(STEPS / 1e3 / (performance.now() - start))
  }
  return [median(figures[0].slice(WARM)), median(figures[1].slice(WARM))]
}

function hot(heap: Mallocs, pointers: Uint32Array, batches: number): void {
  const bytes = heap.U8
  for (let batch = 0; batch < batches; batch++) {
    for (let k = 0; k < 100; k++) {
      const p = heap.malloc(32)
      bytes[p] = k
      pointers[k] = p
    }
    for (let k = 99; k >= 0; k--) heap.free(pointers[k])
  }
}

/** Sizes to 1 KiB. */
function mixed(heap: Mallocs, slots: Uint32Array, steps: number): void {
  const bytes = heap.U8
  let s = 123456
  for (let k = 0; k < steps; k++) {
    s ^= s << 13
    s ^= s >>> 17
    s ^= s << 5
    const at = s & 4095
    if (slots[at] !== 0) {
      heap.free(slots[at])
      slots[at] = 0
    } else {
      const p = heap.malloc(16 + ((s >>> 12) % 1009))
      bytes[p] = 1
      slots[at] = p
    }
  }
}
