/**
 * Coverage-guided fuzzing of calls, in a thread that is watched. (jazzer.js is the fuzzer that one would take: see
 * README.md for where it runs.)
 */

import { decode } from './bytes.ts'
import type { Done, Task } from './coverage.worker.ts'
import type { Budget, Report } from './findings.ts'
import { print } from './sequence.ts'
import { watch } from './watch.ts'

const WORKER = new URL('./coverage.worker.js', import.meta.url)
const PATIENCE = 10_000

export async function fuzzCoverage({ seed, seconds, runs = 2 ** 31 - 1 }: Budget): Promise<Report> {
  const start = performance.now()
  const input = new Uint8Array(new SharedArrayBuffer(4096))
  const task: Task = { seed, runs, until: Date.now() + seconds * 1000, input }
  const ended = await watch<Done>(WORKER, task, PATIENCE)
  const took = (performance.now() - start) / 1000
  const figures = { seed, seconds: took.toFixed(1) }
  const name = 'calls, guided by coverage'
  if ('what' in ended) {
    const length = new DataView(input.buffer).getUint16(0)
    const reproduction = print(decode(input.slice(2, 2 + length)))
    return { name, figures: { ...figures, runs: ended.at }, findings: [{ what: ended.what, reproduction }] }
  }
  const { done } = ended
  return {
    name,
    figures: {
      ...figures,
      runs: done.runs,
      'runs/s': Math.round(done.runs / took),
      corpus: done.corpus,
      'blocks of code reached': `${done.reached} of ${done.known} in functions that ran`,
    },
    findings: done.finding === undefined ? [] : [done.finding],
  }
}
