// One side of a queue of `pnpm bench:sync`. The consumer answers with millions of values a second, from the first on.

import { parentPort, workerData } from 'node:worker_threads'
import { Queue } from '@hakmem/collections'
import { Heap, type HeapHandle } from '@hakmem/core'

export interface QueueData {
  readonly heap: HeapHandle
  readonly queue: number
  readonly values: number
  readonly role: 'push' | 'pop'
}

const { heap: handle, queue: ptr, values, role } = workerData as QueueData
const heap = Heap.attach(handle)
const queue = Queue.at(heap, ptr)

if (role === 'push') {
  for (let value = 1; value <= values; value++) queue.push(value)
} else {
  let start = 0
  for (let value = 1; value <= values; value++) {
    const got = queue.pop()
    if (got !== value) throw new Error(`${got} came instead of ${value}`)
    if (value === 1) start = performance.now()
  }
  parentPort?.postMessage(values / 1000 / (performance.now() - start))
}
heap.detach()
