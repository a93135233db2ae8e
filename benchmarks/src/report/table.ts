/**
 * A cell for people: a line per contender with its figure, a bar to scale, hakmem's ratio to it and the interval, the
 * target if one is set against it, and what else was measured. Losses look like wins.
 */

import CliTable from 'cli-table3'
import colours from 'picocolors'
import { isAt, type Result } from '../figures.ts'
import { percentile } from '../latency.ts'
import { SUBJECT } from '../peers/peers.ts'
import type { Cell } from '../run/plan.ts'
import type { Done } from '../run/run.ts'
import { goalAt } from '../targets.ts'
import { formatGoal, growthOf, ratiosTo, referenceNames, speedUpOf } from '../verdicts.ts'
import { formatBytes, formatFigure, formatInterval, formatNanoseconds, formatRatio } from './format.ts'
import { lines, plainTable } from './plain-table.ts'

const BAR_CELLS = 20
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

interface Column {
  readonly head: string
  readonly align: 'left' | 'right'
  readonly cell: (result: Result) => string
}

/** The cell's table; `done` has the figures of all cells so far. */
export function formatCell(cell: Cell, done: Done, coloured: boolean): string {
  const colour = colours.createColors(coloured)
  const here = isAt({ workload: cell.workload.name, threads: cell.threads })
  const results = done.results.filter(here)
  const filled = columnsOf(cell, done, colour).filter(({ cell }) => results.some((one) => cell(one) !== ''))
  const table = new CliTable({
    ...plainTable(filled.map(({ align }) => align)),
    head: filled.map(({ head }) => colour.dim(head)),
  })
  table.push(...results.map((result) => filled.map(({ cell }) => cell(result))))

  const threads = cell.threads === 1 ? '1 thread' : `${cell.threads} threads`
  const failures = done.failures.filter(here)
  return [
    `${colour.bold(cell.workload.name)}, ${threads} ${colour.dim(`· ${cell.workload.about}`)}`,
    ...(results.length === 0 ? [] : lines(table)),
    ...failures.map(({ peer, error }) => colour.red(`  ${peer} failed: ${error.split('\n', 1)[0]}`)),
    ...cell.leftOut.map(({ peer, why }) => colour.dim(`  ${peer} is left out: ${why}`)),
  ].join('\n')
}

function columnsOf(
  { workload, threads }: Cell,
  { results, ratios }: Done,
  colour: ReturnType<typeof colours.createColors>,
): Column[] {
  const here = isAt({ workload: workload.name, threads })
  const most = Math.max(...results.filter(here).map(({ median }) => median))
  const ratioTo = ({ peer }: Result) => ratios.find((one) => one.peer === peer && here(one))
  return [
    { head: '', align: 'left', cell: ({ peer }) => (peer === SUBJECT ? colour.bold(peer) : peer) },
    { head: workload.unit, align: 'right', cell: ({ median }) => formatFigure(median) },
    { head: '', align: 'left', cell: ({ median }) => bar(median / most) },
    {
      head: `${SUBJECT} is`,
      align: 'right',
      cell: (result) => {
        const ratio = ratioTo(result)
        if (ratio === undefined) return ''
        return colour[ratio.median >= 1 ? 'green' : 'red'](`${formatRatio(ratio.median)} x`)
      },
    },
    {
      head: 'interval',
      align: 'left',
      cell: (result) => {
        const ratio = ratioTo(result)
        return ratio === undefined ? '' : colour.dim(formatInterval(ratio))
      },
    },
    {
      head: 'target',
      align: 'right',
      cell: ({ peer }) =>
        referenceNames
          .flatMap((reference) => {
            const ratio = ratiosTo(reference, ratios.filter(here))[0]
            const goal = ratio?.peer === peer ? goalAt(ratio, reference) : undefined
            return goal === undefined ? [] : formatGoal(goal)
          })
          .join(', '),
    },
    {
      head: 'p50 / p99 / p99.9 / most',
      align: 'right',
      cell: ({ latency }) =>
        latency === undefined
          ? ''
          : ([0.5, 0.99, 0.999, 1] as const)
              .map((part) => formatNanoseconds(percentile(latency, part)))
              .join(' / '),
    },
    {
      head: 'memory',
      align: 'right',
      cell: ({ memory }) => (memory === undefined ? '' : formatBytes(growthOf(memory))),
    },
    {
      head: 'over live',
      align: 'right',
      cell: ({ memory }) =>
        memory === undefined ? '' : `${formatRatio(growthOf(memory) / memory.liveBytes)} x`,
    },
    {
      head: 'over 1 thread',
      align: 'right',
      cell: (result) => {
        const speedUp = speedUpOf(result, results)
        return speedUp === undefined ? '' : `${formatRatio(speedUp)} x`
      },
    },
    {
      head: 'slowest lane',
      align: 'right',
      cell: ({ slowestLane }) => (slowestLane === undefined ? '' : formatRatio(slowestLane)),
    },
  ]
}

function bar(part: number): string {
  const eighths = Math.max(1, Math.round(part * BAR_CELLS * 8))
  return ('█'.repeat(eighths >>> 3) + EIGHTHS[eighths & 7]).padEnd(BAR_CELLS)
}
