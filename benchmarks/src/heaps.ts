/**
 * What several heaps in one thread cost: tiny-hot through one call site that meets one, two or three of them.
 *
 *     node benchmarks/dist/heaps.js
 *
 * The fast paths are specialised for the first two heaps of a thread (`specialise.ts` of `@hakmem/core`). Each number
 * of heaps runs in a process of its own, all in turn in each round; printed are medians over the rounds, and of the
 * ratio to one heap.
 */

import { fileURLToPath } from 'node:url'
import { Heap } from '@hakmem/core'
import { median } from 'simple-statistics'
import { compare, inTurn } from './in-turn.ts'

const ROUNDS = 9
const COUNTS = [1, 2, 3]

function hot(heap: Heap, pointers: Uint32Array, rounds: number): void {
  const bytes = heap.U8
  for (let round = 0; round < rounds; round++) {
    for (let k = 0; k < 100; k++) {
      const p = heap.malloc(32)
      bytes[p] = k
      pointers[k] = p
    }
    for (let k = 99; k >= 0; k--) heap.free(pointers[k])
  }
}

/** M operations/s with `count` heaps, taken in turn every 20,000 operations, warm. */
function measure(count: number): number {
  const heaps = Array.from({ length: count }, () => Heap.create({ bytes: 64 * 2 ** 20, threads: 2 }))
  const pointers = new Uint32Array(100)
  const figures: number[] = []
  for (let k = 0; k < 10; k++) {
    const start = performance.now()
    for (let turn = 0; turn < 600; turn++) hot(heaps[turn % count], pointers, 100)
    figures.push(12e3 / (performance.now() - start))
  }
  return median(figures.slice(4))
}

const figures = await inTurn(fileURLToPath(import.meta.url), COUNTS.map(String), ROUNDS, (count) => [
  measure(Number(count)),
])
COUNTS.forEach((count, k) => {
  const { median, ratio } = compare(figures, k, 0)
  console.log(`${count} heaps: ${median.toFixed(0)} M ops/s (${ratio.toFixed(2)} of one)`)
})
