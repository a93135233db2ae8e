/**
 * A failure as a reader wants it: what went wrong, the schedule as a table, and the line that runs it again.
 */

import Table from 'cli-table3'
import pc from 'picocolors'
import type { Failure, Faults, Row } from './scenario.ts'

/** Rows shown from each end of a long schedule. */
const SHOWN = 40

const COLOURS = [pc.cyan, pc.yellow, pc.magenta, pc.green, pc.blue, pc.white]

export class Report implements Failure {
  readonly error: unknown
  readonly trace: string
  readonly seed?: number
  readonly schedules: number
  readonly preemptions: number
  readonly rows: readonly Row[]
  private readonly scenario: string
  private readonly options: string

  constructor(scenario: string, faults: Faults, about: Omit<Failure, 'toString'>) {
    this.scenario = scenario
    this.options = optionsOf(faults)
    this.error = about.error
    this.trace = about.trace
    if (about.seed !== undefined) this.seed = about.seed
    this.schedules = about.schedules
    this.preemptions = about.preemptions
    this.rows = about.rows
  }

  toString(): string {
    const seed = this.seed === undefined ? '' : ` (seed ${this.seed})`
    const head = `${this.scenario}: ${messageOf(this.error)}\nfound in schedule ${this.schedules}${seed}, with ${this.preemptions} preemption${this.preemptions === 1 ? '' : 's'}`
    return `${pc.bold(pc.red(head))}\n${table(this.rows)}\nreplay(scenario, '${this.trace}'${this.options})`
  }

  /** What `console.log` of a result shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

/** Options without which the schedule would run differently. */
function optionsOf({ maxSteps, storeBuffers, races }: Faults): string {
  const given = [
    ...(storeBuffers === false ? ['storeBuffers: false'] : []),
    ...(races ? [`races: ${races === true ? 'true' : `'${races}'`}`] : []),
    ...(maxSteps === undefined ? [] : [`maxSteps: ${maxSteps}`]),
  ]
  return given.length === 0 ? '' : `, { ${given.join(', ')} }`
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return `${error.name}: ${error.message}`
}

function table(rows: readonly Row[]): string {
  const view = new Table({
    head: ['step', 'thread', 'operation', 'location', 'value', 'at'].map((title) => pc.bold(title)),
    style: { head: [], border: [], compact: true },
  })
  const threads = [...new Set(rows.map(({ thread }) => thread))]
  for (const [n, row] of rows.entries()) {
    if (rows.length > 2 * SHOWN && n >= SHOWN && n < rows.length - SHOWN) {
      if (n === SHOWN) view.push(['..', '', `${rows.length - 2 * SHOWN} more`, '', '', ''])
      continue
    }
    const colour = COLOURS[threads.indexOf(row.thread) % COLOURS.length]
    const strike = row.operation.startsWith('KILLED') || row.operation.startsWith('stack overflow')
    view.push([
      String(row.step),
      colour(row.thread),
      strike ? pc.red(row.operation) : row.operation,
      row.location,
      row.value,
      pc.dim(row.site),
    ])
  }
  return view.toString()
}
