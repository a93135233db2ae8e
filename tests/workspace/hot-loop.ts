// Times malloc and free of 32 bytes, in batches of 100 freed in reverse order, and prints the nanoseconds a pair takes in
// the best of a few rounds, the one the machine disturbed least. Run by packed-speed.

import { Heap } from '@hakmem/core'

const BATCH = 100
const heap = Heap.create({ bytes: 64 * 2 ** 20, threads: 2 })
const batch = new Int32Array(BATCH)

function run(batches: number): void {
  for (let n = 0; n < batches; n++) {
    for (let i = 0; i < BATCH; i++) {
      const p = heap.malloc(32)
      heap.U8[p] = i
      batch[i] = p
    }
    for (let i = BATCH - 1; i >= 0; i--) heap.free(batch[i])
  }
}

const BATCHES = 20_000
run(BATCHES)
let best = Number.POSITIVE_INFINITY
for (let round = 0; round < 5; round++) {
  const start = performance.now()
  run(BATCHES)
  best = Math.min(best, performance.now() - start)
}
heap.detach()
console.log((best * 1e6) / (BATCHES * BATCH))
