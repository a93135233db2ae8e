/**
 * `pnpm bench:micro`: what a single call costs in one thread, measured by mitata. For orientation: how
 * allocators compare is for the workloads, where memory is used, crosses threads and ages.
 */

import { Heap, type Ptr } from '@hakmem/core'
import { bench, do_not_optimize, group, run, summary } from 'mitata'

const heap = Heap.create({ bytes: 256 * 2 ** 20, threads: 2 })

group('malloc and free, from the cache', () => {
  bench('32 B', () => heap.free(heap.malloc(32)))
  bench('1 KiB', () => heap.free(heap.malloc(1024)))
  bench('16 KiB', () => heap.free(heap.malloc(16 * 1024)))
  bench('64 KiB', () => heap.free(heap.malloc(64 * 1024)))
  bench('1 MiB', () => heap.free(heap.malloc(1024 * 1024)))
})

group('10,000 blocks and back: with refills and flushes', () => {
  const blocks = new Uint32Array(10_000)
  for (const size of [32, 1024]) bench(`${size} B`, () => allocateAndFree(blocks, size))
})

group('touching a block of 64 B', () => {
  const p = heap.malloc(64)
  bench('a word through the view of the heap', () => {
    heap.U32[p >>> 2] += 1
  })
  bench('a view made for it', () => do_not_optimize(heap.bytes(p, 64)))
})

summary(() => {
  group('64 B, and what JavaScript has', () => {
    bench('heap.malloc and free', () => heap.free(heap.malloc(64))).baseline()
    bench('new Uint8Array', () => do_not_optimize(new Uint8Array(64)))
    bench('new SharedArrayBuffer', () => do_not_optimize(new SharedArrayBuffer(64)))
  })
})

await run({ colors: process.stdout.isTTY })

function allocateAndFree(blocks: Uint32Array, size: number): void {
  for (let i = 0; i < blocks.length; i++) blocks[i] = heap.malloc(size)
  for (let i = 0; i < blocks.length; i++) heap.free(blocks[i] as Ptr)
}
