/**
 * What the yield threshold of flagged slabs is worth: scatter (64 B, the consumer frees at random out of 2^17 blocks)
 * with thresholds from none to half a slab.
 *
 *     node benchmarks/dist/thresholds.js
 *
 * A flagged slab that yields fewer blocks than the threshold sends the next refill to a fresh slab: more memory, fewer
 * bytes read per block. Each threshold runs in a heap and a pair of workers of its own, all in turn in each round.
 */

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { Heap, type HeapHandle } from '@hakmem/core'
import { median } from 'simple-statistics'
import { takeNoOptions } from './no-options.ts'

const ROUNDS = 5
const BLOCKS = 8_000_000
const BATCH = 256
const RING = 65_536
const LIVE = 2 ** 17
/** Blocks of a 64 KiB slab of 64 B, and the shares of them that are tried. */
const SLAB_BLOCKS = 1024
const SHARES = [0, 1 / 8, 1 / 4, 1 / 2]
const CLASS_OF_64 = 4
const TARGET = 256

interface Role {
  readonly heap: HeapHandle
  readonly ring: SharedArrayBuffer
  readonly threshold: number
  readonly produces: boolean
}

const HEAD = RING
const TAIL = RING + 16

function produce(heap: Heap, ring: Int32Array): void {
  const words = heap.I32
  for (let i = 0; i < BLOCKS; i += BATCH) {
    while (i + BATCH - Atomics.load(ring, TAIL) > RING);
    for (let k = i; k < i + BATCH; k++) {
      const p = heap.malloc(64)
      words[(p >>> 2) + 2] = k
      ring[k & (RING - 1)] = p
    }
    Atomics.store(ring, HEAD, i + BATCH)
  }
}

function consume(heap: Heap, ring: Int32Array, table: Uint32Array): void {
  let random = 12345
  for (let i = 0; i < BLOCKS; i += BATCH) {
    while (Atomics.load(ring, HEAD) < i + BATCH);
    for (let k = i; k < i + BATCH; k++) {
      random ^= random << 13
      random ^= random >>> 17
      random ^= random << 5
      const place = (random >>> 5) & (LIVE - 1)
      const displaced = table[place]
      table[place] = ring[k & (RING - 1)]
      if (displaced !== 0) heap.free(displaced)
    }
    Atomics.store(ring, TAIL, i + BATCH)
  }
}

function work({ heap: handle, ring: shared, threshold, produces }: Role): void {
  const heap = Heap.attach(handle)
  const ring = new Int32Array(shared)
  const table = new Uint32Array(LIVE)
  heap.record.slabs.tune(CLASS_OF_64, { target: TARGET, rush: TARGET, yield: threshold })
  parentPort?.on('message', () => {
    const start = performance.now()
    if (produces) produce(heap, ring)
    else consume(heap, ring, table)
    parentPort?.postMessage(BLOCKS / (performance.now() - start) / 1e3)
  })
}

/** One round of a pair: M blocks/s as the consumer saw it. */
async function round(pair: Worker[], ring: SharedArrayBuffer): Promise<number> {
  new Int32Array(ring).fill(0, HEAD)
  const answers = pair.map((worker) => new Promise<number>((resolve) => worker.once('message', resolve)))
  for (const worker of pair) worker.postMessage('go')
  return (await Promise.all(answers))[1]
}

if (isMainThread) {
  takeNoOptions(`Usage: node benchmarks/dist/thresholds.js

What the yield threshold of flagged slabs is worth, from none to half a slab. Some seconds. Takes no options.`)
  const runs = SHARES.map((share) => {
    const heap = Heap.create({ bytes: 2 ** 29, threads: 4 })
    const ring = new SharedArrayBuffer((RING + 32) * 4)
    const pair = [true, false].map((produces) => {
      const role: Role = { heap: heap.handle, ring, threshold: share * SLAB_BLOCKS, produces }
      return new Worker(new URL(import.meta.url), { workerData: role })
    })
    return { share, ring, pair, figures: [] as number[] }
  })
  for (let k = 0; k < ROUNDS + 1; k++) {
    for (const { pair, ring, figures } of runs) {
      const figure = await round(pair, ring)
      if (k > 0) figures.push(figure)
    }
  }
  for (const { share, figures, pair } of runs) {
    const ratio = median(figures.map((figure, k) => figure / runs[0].figures[k]))
    console.log(
      `threshold ${share.toFixed(3)} of a slab: ${median(figures).toFixed(1)} M blocks/s (${ratio.toFixed(2)} of none)`,
    )
    await Promise.all(pair.map((worker) => worker.terminate()))
  }
} else {
  work(workerData)
}
