/**
 * Damaged metadata: attach and audit of a heap some of whose bytes were changed must answer, with a typed error or a
 * report, and never hang, throw anything else, or take memory without bound. Run in a thread that is watched.
 */

import { type Damage, damageAt, type Flip, imageAt } from './damage.ts'
import type { Budget, Report } from './findings.ts'
import { fieldsOf } from './image.ts'
import type { Done, Rate, Task } from './metadata.worker.ts'
import { watch } from './watch.ts'

const WORKER = new URL('./metadata.worker.js', import.meta.url)
/** What one run may take, in ms: some hundred times what it takes. */
const PATIENCE = 5000
const PATIENCE_SHRINKING = 2000
/** Attempts to find fewer flips that show the same. */
const SHRINKS = 16

export async function fuzzMetadata(budget: Budget, perField: number): Promise<Report> {
  const start = performance.now()
  const { seed, seconds, runs = 2 ** 31 - 1 } = budget
  const task: Task = { seed, runs, until: Date.now() + seconds * 1000, perField }
  const ended = await watch<Done>(WORKER, task, PATIENCE)
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

/** Fewer flips, of fewer bits, that the library still does not answer to as it must. */
async function shrink(task: Task, at: number, damage: Damage): Promise<Damage> {
  let least = damage
  let tries = 0
  const isBad = async (flips: Flip[]) => {
    if (flips.length === least.flips.length || ++tries > SHRINKS) return false
    const ended = await watch<Done>(
      WORKER,
      { ...task, only: { at, damage: { ...least, flips } } },
      PATIENCE_SHRINKING,
    )
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
