/**
 * Damaged metadata: attach and audit of a heap some of whose bytes were changed must answer, with a typed error or a
 * report, and never hang, throw anything else, or take memory without bound. Run in a thread that is watched.
 */

import { Worker } from 'node:worker_threads'
import { type Damage, damageAt, type Flip, imageAt } from './damage.ts'
import type { Budget, Report } from './findings.ts'
import { messageOf } from './findings.ts'
import { fieldsOf } from './image.ts'
import type { Done, Rate, Task } from './metadata.worker.ts'

const WORKER = new URL('./metadata.worker.js', import.meta.url)
/** What one run may take, in ms: some hundred times what it takes. */
const PATIENCE = 5000
const PATIENCE_SHRINKING = 2000
const HEAP_MB = 256
/** Attempts to find fewer flips that show the same. */
const SHRINKS = 40

/** What a worker made of a task; `at`: the run in which it hung or broke down. */
type Ended = { readonly done: Done } | { readonly what: string; readonly at: number }

export async function fuzzMetadata(budget: Budget, perField: number): Promise<Report> {
  const start = performance.now()
  const { seed, seconds, runs = 2 ** 31 - 1 } = budget
  const task = { seed, runs, until: Date.now() + seconds * 1000, perField }
  const ended = await watch(task)
  const took = (performance.now() - start) / 1000
  const findings = []
  if ('what' in ended) {
    // The worker cannot tell any more what it did: made again from the run's number.
    const { what, at } = ended
    const image = imageAt(seed, at, 0)
    const least = await shrink(task, at, damageAt(image, fieldsOf(image), seed, at))
    findings.push({ what, reproduction: `seed ${seed}, run ${at}: ${JSON.stringify(least)}` })
  } else if (ended.done.complaint !== undefined) {
    const { at, what, damage } = ended.done.complaint
    const least = await shrink(task, at, damage)
    findings.push({ what, reproduction: `seed ${seed}, run ${at}: ${JSON.stringify(least)}` })
  }
  const done = 'done' in ended ? ended.done : { runs: ended.at, rates: [] }
  return {
    name: 'damaged metadata',
    figures: { seed, seconds: took.toFixed(1), runs: done.runs, 'flips per field': perField },
    findings,
    table: tableOf(done.rates),
  }
}

/** Runs a worker to its end, or until it makes no progress. */
function watch(task: Omit<Task, 'watched'>, patience = PATIENCE): Promise<Ended> {
  const watched = new Int32Array(new SharedArrayBuffer(8))
  const workerData: Task = { ...task, watched }
  const worker = new Worker(WORKER, { workerData, resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } })
  return new Promise((resolve) => {
    let last = -1
    const end = (ended: Ended) => {
      clearInterval(timer)
      resolve(ended)
      void worker.terminate()
    }
    const timer = setInterval(() => {
      const at = Atomics.load(watched, 0)
      if (at === last) end({ what: `no answer within ${patience} ms`, at })
      last = at
    }, patience)
    worker.on('message', (done: Done) => end({ done }))
    worker.on('error', (error) => end({ what: messageOf(error), at: Atomics.load(watched, 0) }))
    worker.on('exit', (code) => end({ what: `ended with code ${code}`, at: Atomics.load(watched, 0) }))
  })
}

/** Fewer flips, of fewer bits, that the library still does not answer to as it must. */
async function shrink(task: Omit<Task, 'watched'>, at: number, damage: Damage): Promise<Damage> {
  let least = damage
  let tries = 0
  const isBad = async (flips: Flip[]) => {
    if (flips.length === least.flips.length || ++tries > SHRINKS) return false
    const ended = await watch({ ...task, only: { at, damage: { ...least, flips } } }, PATIENCE_SHRINKING)
    return 'what' in ended || ended.done.complaint !== undefined
  }
  for (
    let size = Math.ceil(damage.flips.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let from = 0; from < least.flips.length; ) {
      const flips = least.flips.filter((_, k) => k < from || k >= from + size)
      if (await isBad(flips)) least = { ...least, flips }
      else from += size
    }
  }
  return least
}

function tableOf(rates: readonly Rate[]): string[] {
  const width = Math.max(0, ...rates.map(({ field }) => field.length))
  return rates.map(({ field, found, of, hint }) => {
    const share = `${((100 * found) / of).toFixed(1)} %`
    return `  ${field.padEnd(width)} ${share.padStart(8)}${hint === '' ? '' : `   ${hint}`}`
  })
}
