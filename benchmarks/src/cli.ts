/**
 * `pnpm bench`: measures what was asked for, cell by cell, and prints a table after each.
 *
 * Exit code 0: all contenders that are installed ran; 1: one failed, or the figures could not be written;
 * 2: the command line makes no sense.
 */

import { writeFileSync } from 'node:fs'
import colours from 'picocolors'
import { HELP, type Options, parseOptions, UsageError } from './options.ts'
import { buildTwin } from './peers/native.ts'
import type { Peer } from './peers/peers.ts'
import { formatList } from './report/list.ts'
import { Progress } from './report/progress.ts'
import { formatCell, legend } from './report/table.ts'
import { describeMachine, type Machine } from './run/machine.ts'
import { planCells, plannedSeconds } from './run/plan.ts'
import { type Failure, type Ratio, type Result, runCell } from './run/run-cell.ts'

try {
  const options = parseOptions(process.argv.slice(2))
  if (options.action === 'help') console.log(HELP)
  else if (options.action === 'list') console.log(formatList())
  else process.exitCode = await run(options)
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(error.message)
  process.exitCode = 2
}

async function run(options: Options): Promise<number> {
  const peers = await installed(options.peers)
  const cells = planCells(options.workloads, options.threads, peers)
  const planned = cells.map((cell) => plannedSeconds(cell, options))
  const progress = new Progress(process.stdout, sum(planned))
  const results: Result[] = []
  const ratios: Ratio[] = []
  const failures: Failure[] = []
  const versions: Record<string, string> = {}

  for (const [index, cell] of cells.entries()) {
    const name = `[${index + 1}/${cells.length}] ${cell.workload.name}, ${cell.threads} thr.`
    progress.startCell(name, sum(planned.slice(0, index)))
    const found = await runCell(cell, { ...options, onStep: (what, seconds) => progress.step(what, seconds) })
    results.push(...found.results)
    ratios.push(...found.ratios)
    failures.push(...found.failures)
    Object.assign(versions, found.versions)
    progress.clear()
    console.log(`\n${formatCell(cell, { results, ratios, failures }, colours.isColorSupported)}\n`)
  }
  progress.end()

  const machine = describeMachine(versions)
  console.log(legend(options.rounds, options.seconds))
  console.log(`${machine.cpu}, ${machine.cores} cores, ${machine.os}, Node ${machine.node}`)
  console.log(
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
  )
  for (const { workload, threads, peer, error } of failures)
    console.error(`\n${peer} failed in ${workload}, ${threads} thr.: ${error}`)
  const written =
    options.json === undefined || write(options.json, { options, machine, results, ratios, failures })
  return written && failures.length === 0 ? 0 : 1
}

interface Run {
  readonly options: Options
  readonly machine: Machine
  readonly results: readonly Result[]
  readonly ratios: readonly Ratio[]
  readonly failures: readonly Failure[]
}

/** Writes all figures to a file; false if that fails. */
function write(file: string, { options, ...figures }: Run): boolean {
  const { rounds, seconds, seed } = options
  try {
    writeFileSync(
      file,
      `${JSON.stringify({ schema: 1, settings: { rounds, seconds, seed }, ...figures }, null, 2)}\n`,
    )
    return true
  } catch (error) {
    console.error(`the figures could not be written: ${error instanceof Error ? error.message : error}`)
    return false
  }
}

/** Builds the native contenders, and says which cannot take part and why. */
async function installed(asked: readonly Peer[]): Promise<Peer[]> {
  const found: Peer[] = []
  for (const peer of asked) {
    const built = peer.kind === 'native' ? await buildTwin(peer.name) : undefined
    if (built !== undefined && 'missing' in built) console.log(`${peer.name} is skipped: ${built.missing}`)
    else found.push(peer)
  }
  return found
}

function sum(figures: readonly number[]): number {
  return figures.reduce((total, figure) => total + figure, 0)
}
