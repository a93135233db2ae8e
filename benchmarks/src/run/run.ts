/** A whole run, cell by cell: what was measured, on what, and how quiet it was there. */

import { sum } from 'simple-statistics'
import { type Failure, type Ratio, type Report, type Result, SCHEMA } from '../figures.ts'
import type { Options } from '../options.ts'
import { formatSkipped, placeName } from '../report/format.ts'
import type { Progress } from '../report/progress.ts'
import { installed, leftOutOf, unplanned } from './absences.ts'
import { describeMachine, Quiet } from './machine.ts'
import { processors } from './pinning.ts'
import { type Cell, planCells, plannedSeconds } from './plan.ts'
import { runCell } from './run-cell.ts'

export type Done = Pick<Report, 'results' | 'ratios' | 'failures'>

/**
 * Measures everything that the options ask for; `command` is what the report tells others to type. `onCell` is
 * called when a cell is done, with all figures so far.
 */
export async function measure(
  options: Options,
  command: string,
  progressOf: (planned: number) => Progress,
  say: (line: string) => void,
  onCell: (cell: Cell, done: Done) => void,
): Promise<Report> {
  const quiet = new Quiet()
  for (const warning of quiet.warnings) say(`noisy: ${warning}`)
  const { peers, missing } = installed(options.peers)
  const skipped = [...missing, ...unplanned(options.workloads, options.threads)]
  for (const absence of skipped) say(formatSkipped(absence))
  const usable = options.settings.pinned ? processors() : undefined
  const settings = { ...options.settings, pinned: usable !== undefined }
  if (options.settings.pinned && usable === undefined)
    say('nobody is pinned to processors: there is no taskset that could')
  const cells = planCells(options.workloads, options.threads, peers)
  const planned = cells.map((cell) => plannedSeconds(cell, settings))
  const progress = progressOf(sum(planned))
  const results: Result[] = []
  const ratios: Ratio[] = []
  const failures: Failure[] = []
  const unsteady: string[] = []
  const versions: Record<string, string> = {}

  for (const [index, cell] of cells.entries()) {
    const place = placeName({ workload: cell.workload.name, threads: cell.threads })
    progress.startCell(`[${index + 1}/${cells.length}] ${place}`, sum(planned.slice(0, index)))
    const found = await runCell(cell, settings, {
      processors: usable,
      onStep: (what, seconds) => progress.step(what, seconds),
    })
    results.push(...found.results)
    ratios.push(...found.ratios)
    failures.push(...found.failures)
    unsteady.push(...found.unsteady)
    Object.assign(versions, found.versions)
    progress.clear()
    onCell(cell, { results, ratios, failures })
  }
  progress.end()
  return {
    schema: SCHEMA,
    date: new Date().toISOString(),
    command,
    settings,
    machine: describeMachine(versions),
    noise: quiet.judge(results, unsteady),
    results,
    ratios,
    failures,
    absences: [...skipped, ...leftOutOf(cells)],
  }
}
