// A worker of the tests: pushes ascending numbers with its own mark, adds to a map, until it is done or terminated.

import { parentPort, workerData } from 'node:worker_threads'
import { Queue, SharedMap, StringTable } from '@hakmem/collections'
import { Heap, type HeapHandle } from '@hakmem/core'

export interface Data {
  readonly heap: HeapHandle
  readonly queue: number
  readonly map: number
  readonly strings: number
  /** Tells this worker's numbers from others'. */
  readonly mark: number
  readonly count: number
}

const data = workerData as Data
const heap = Heap.attach(data.heap)
const queue = Queue.at(heap, data.queue)
const map = SharedMap.at(heap, data.map)
const strings = StringTable.at(heap, data.strings)

for (let k = 1; k <= data.count; k++) {
  map.set(`${data.mark}:${k}`, k)
  strings.intern(`text ${k % 100}`)
  queue.push(data.mark * 1_000_000 + k)
}
heap.detach()
parentPort?.postMessage('done')
