/**
 * What is promised of single acts: attaching, and the import of the package in a fresh process. The first attach in a
 * fresh worker is shown beside: nearly all of it is V8 compiling what has never run there, so nothing is promised of it.
 */

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { Heap } from '@hakmem/core'
import { median } from 'simple-statistics'

export interface Act {
  readonly what: string
  readonly nanoseconds: number
  /** What is promised, in nanoseconds; undefined where nothing is. */
  readonly most?: number
}

const TRIES = 9

/** `attach`: nanoseconds of one in a thread that has attached before. */
export async function acts(attach: number): Promise<Act[]> {
  return [
    { what: 'attach', nanoseconds: attach, most: 100e3 },
    { what: 'attach, the first in a fresh worker', nanoseconds: (await coldAttach()) * 1e6 },
    { what: "import '@hakmem/core'", nanoseconds: coldImport() * 1e6, most: 10e6 },
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

function coldImport(): number {
  const script = `const start = performance.now(); await import('${import.meta.resolve('@hakmem/core')}')
    console.log(performance.now() - start)`
  const taken = Array.from({ length: TRIES }, () =>
    Number(execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' })),
  )
  return median(taken)
}
