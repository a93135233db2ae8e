// A worker for the tests of deaths: does as told, and lives until it is ended, or ends itself.

import { parentPort, Worker, workerData } from 'node:worker_threads'
import { Heap, type HeapHandle } from '@hakmem/core'

export interface Orders {
  readonly heap: HeapHandle
  readonly what: 'hold' | 'exit' | 'throw' | 'overflow' | 'watch-child' | 'work'
  /** Sizes of blocks to allocate first. */
  readonly sizes: readonly number[]
}

export interface Held {
  readonly thread: number
  /** The thread's id, the blocks, and the id of the worker that it watches. */
  readonly blocks: number[]
  readonly child?: number
}

const orders = workerData as Orders
const heap = Heap.attach(orders.heap)
const blocks: number[] = orders.sizes.map((size) => heap.malloc(size))
for (const p of blocks) heap.U32[p >>> 2] = p

function tell(child?: number): void {
  const held: Held = { thread: heap.thread, blocks, ...(child === undefined ? {} : { child }) }
  parentPort?.postMessage(held)
}

/** Busy for ever, in and out of every slow path. */
function work(): never {
  for (let k = 0; ; k++) {
    const p = heap.malloc(1 + (k % 70_000))
    heap.free(p)
    if (k % 1000 === 0) heap.flush()
  }
}

switch (orders.what) {
  case 'hold':
    tell()
    setInterval(() => {}, 1000)
    break
  case 'work':
    tell()
    work()
    break
  case 'exit':
    tell()
    process.exit(3)
    break
  case 'throw':
    tell()
    throw new Error('on purpose')
  case 'overflow': {
    // A stack overflow at whatever depth malloc is reached, caught; then the thread goes on and is ended in order.
    let caught = 0
    const deep = (k: number): void => {
      try {
        blocks.push(heap.malloc(1 + (k % 300)))
        deep(k + 1)
      } catch (error) {
        if (!(error instanceof RangeError)) throw error
        caught++
        throw error
      }
    }
    try {
      deep(0)
    } catch {
      // Counted.
    }
    if (caught === 0) throw new Error('no overflow')
    tell()
    setInterval(() => {}, 1000)
    break
  }
  case 'watch-child': {
    const child = new Worker(new URL(import.meta.url), {
      workerData: { ...orders, what: 'hold' } satisfies Orders,
    })
    heap.watch(child)
    const { threadId } = child
    child.once('message', (held: Held) => {
      blocks.push(...held.blocks)
      tell(threadId)
    })
  }
}
