/**
 * What is promised of single acts: attaching, and the import of the package in a fresh process. The first attach in a
 * fresh worker is shown beside: nearly all of it is V8 compiling what has never run there, so nothing is promised of it.
 */

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { Heap } from '@hakmem/core'
import { median } from 'simple-statistics'

interface Act {
  readonly what: string
  readonly nanoseconds: number
  /** What is promised, in nanoseconds; undefined where nothing is. */
  readonly most?: number
}

const TRIES = 9
const LOAD = fileURLToPath(new URL('./load.child.js', import.meta.url))

/** `attach`: nanoseconds of one in a thread that has attached before. */
export async function acts(attach: number): Promise<Act[]> {
  return [
    { what: 'attach', nanoseconds: attach, most: 100e3 },
    { what: 'attach, the first in a fresh worker', nanoseconds: (await coldAttach()) * 1e6 },
    {
      what: "import '@hakmem/core'",
      nanoseconds: median(Array.from({ length: TRIES }, () => coldImport())) * 1e6,
      most: 10e6,
    },
  ]
}

async function coldAttach(): Promise<number> {
  using heap = Heap.create({ threads: 4 })
  const taken: number[] = []
  for (let n = 0; n < TRIES; n++) {
    const worker = new Worker(new URL('./attach.worker.js', import.meta.url), { workerData: heap.handle })
    const [milliseconds] = await once(worker, 'message')
    taken.push(milliseconds)
    await once(worker, 'exit')
  }
  return median(taken)
}

/** Milliseconds that the import of the package takes in a fresh process with these options of Node's. */
export function coldImport(options: readonly string[] = []): number {
  return Number(execFileSync(process.execPath, [...options, LOAD], { encoding: 'utf8' }))
}
