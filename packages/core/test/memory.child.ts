// Prints what a heap costs of real memory, in bytes: `node memory.child.js empty`, or `small` with the MiB to allocate.

import { readFileSync } from 'node:fs'
import { Heap } from '@hakmem/core'

const MIB = 2 ** 20

function resident(): number {
  const [, kib] = /VmRSS:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return Number(kib) * 1024
}

/** Compiles what is used below, so that only the heap's own memory is measured. */
function warmUp(): void {
  using heap = Heap.create({ bytes: 4 * MIB, threads: 2 })
  for (let k = 0; k < 3000; k++) heap.U32[heap.malloc(64) >>> 2] = 1
  Heap.attach(heap.handle)
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
  for (let k = 0; k < (mib * MIB) / 64; k++) heap.U32[heap.malloc(64) >>> 2] = 1
}
console.log(resident() - before)
