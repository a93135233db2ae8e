// Prints what a heap costs of real memory, in bytes: `node memory.child.js empty`, or `small` with the MiB to allocate.

import { readFileSync } from 'node:fs'
import { Heap } from '@hakmem/core'

const MIB = 2 ** 20

function resident(): number {
  const [, kib] = /VmRSS:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return Number(kib) * 1024
}

/** Compiles what is used below, optimised as well, so that only the heap's own memory is measured. */
function warmUp(): void {
  using heap = Heap.create({ bytes: 4 * MIB, threads: 2 })
  for (let round = 0; round < 50; round++) {
    const blocks: number[] = []
    fill(heap, 20_000, blocks)
    heap.freeBatch(blocks)
  }
  Heap.attach(heap.handle)
}

function fill(heap: Heap, count: number, blocks?: number[]): void {
  for (let k = 0; k < count; k++) {
    const p = heap.malloc(64)
    heap.U32[p >>> 2] = 1
    blocks?.push(p)
  }
}

warmUp()
resident()
const before = resident()
if (process.argv[2] === 'empty') {
  const heap = Heap.create({ bytes: 4 * 2 ** 30 })
  Heap.attach(heap.handle)
} else {
  const mib = Number(process.argv[3] ?? 256)
  const heap = Heap.create({ bytes: 2 * Math.max(512, mib) * MIB })
  fill(heap, (mib * MIB) / 64)
}
console.log(resident() - before)
