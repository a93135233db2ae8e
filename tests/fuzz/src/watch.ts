/**
 * A thread that may hang or run out of memory, and its parent that notices: the thread counts what it does in a shared
 * word, and one that stands still for too long is ended.
 */

import { Worker } from 'node:worker_threads'
import { messageOf } from './findings.ts'

/** What became of the thread: its answer, or how it broke down and at which count. */
type Ended<T> = { readonly done: T } | { readonly what: string; readonly at: number }

const HEAP_MB = 512

/** @param data gets `watched`, an Int32Array whose word 0 is to change more often than every `patience` ms. */
export function watch<T>(url: URL, data: object, patience: number): Promise<Ended<T>> {
  const watched = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(url, {
    workerData: { ...data, watched },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  })
  return new Promise((resolve) => {
    let last = -1
    const end = (ended: Ended<T>) => {
      clearInterval(timer)
      resolve(ended)
      void worker.terminate()
    }
    const timer = setInterval(() => {
      const at = Atomics.load(watched, 0)
      if (at === last) end({ what: `no answer within ${patience} ms`, at })
      last = at
    }, patience)
    worker.on('message', (done: T) => end({ done }))
    worker.on('error', (error) => end({ what: messageOf(error), at: Atomics.load(watched, 0) }))
    worker.on('exit', (code) => end({ what: `ended with code ${code}`, at: Atomics.load(watched, 0) }))
  })
}
