import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { Heap } from '@hakmem/core'

if (isMainThread) {
  const heap = Heap.create({ bytes: 256 * 2 ** 20, threads: 4 })
  const start = (role) => new Worker(new URL(import.meta.url), { workerData: { role, heap: heap.handle } })
  const [maker, taker] = [start('maker'), start('taker')]
  maker.on('message', (pointers) => taker.postMessage(pointers)) // numbers travel, the records stay
  taker.on('message', (sum) => console.log(`sum ${sum}; still allocated: ${heap.audit().live} bytes`))
} else if (workerData.role === 'maker') {
  const heap = Heap.attach(workerData.heap)
  const pointers = Uint32Array.from({ length: 1_000_000 }, () => heap.malloc(48))
  for (const [k, p] of pointers.entries()) heap.F64[p >>> 3] = k
  parentPort.postMessage(pointers)
  heap.detach()
} else {
  parentPort.once('message', (pointers) => {
    const heap = Heap.attach(workerData.heap)
    const sum = pointers.reduce((sum, p) => sum + heap.F64[p >>> 3], 0)
    heap.freeBatch(pointers)
    heap.detach()
    parentPort.postMessage(sum)
  })
}
