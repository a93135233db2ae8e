// Fills a region until it is terminated.

import { parentPort, workerData } from 'node:worker_threads'
import { Heap, type HeapHandle } from '@hakmem/core'
import { f64, ptr, Region, struct, text, vec } from '@hakmem/structs'

class Node extends struct({ value: f64, label: text, list: vec(f64), next: ptr<Node>() }) {}

const { handle, region: at } = workerData as { handle: HeapHandle; region: number }
const heap = Heap.attach(handle)
const region = Region.open(heap, at)
for (let k = 0; k < 1000; k++) Node.make(region, { value: k, label: `number ${k}` })
parentPort?.postMessage('filled')
for (let k = 0; k < 20_000; k++) Node.make(region, { value: k, label: `number ${k}` })
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
