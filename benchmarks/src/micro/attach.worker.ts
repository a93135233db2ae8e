/** Attaches once and tells its parent how many milliseconds it took. */

import { parentPort, workerData } from 'node:worker_threads'
import { Heap } from '@hakmem/core'

const start = performance.now()
const heap = Heap.attach(workerData)
const milliseconds = performance.now() - start
heap.detach()
parentPort?.postMessage(milliseconds)
