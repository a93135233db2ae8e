// Takes and frees large blocks for ever, and never returns to its event loop.

import { workerData } from 'node:worker_threads'
import { Heap } from '@hakmem/core'

const heap = Heap.attach(workerData)
const blocks: number[] = []
for (let k = 0; ; k++) {
  if (blocks.length > 30) heap.free(blocks.shift() ?? 0)
  blocks.push(heap.malloc(65_536 * (1 + (k % 5))))
}
