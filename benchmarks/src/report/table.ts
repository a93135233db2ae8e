/**
 * The result for people: for each cell a table with a line per contender, its figure, a bar to scale, hakmem's
 * ratio to it, the speed-up over one thread and the memory it needed. Losses look like wins.
 */

import CliTable from 'cli-table3'
import colours from 'picocolors'
import { SUBJECT } from '../peers/peers.ts'
import type { Cell } from '../run/plan.ts'
import type { Failure, Ratio, Result } from '../run/run-cell.ts'

const BAR_CELLS = 24
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']
const MiB = 2 ** 20

export interface Figures {
  readonly results: readonly Result[]
  readonly ratios: readonly Ratio[]
  readonly failures: readonly Failure[]
}

export function formatCell(cell: Cell, figures: Figures, coloured: boolean): string {
  const colour = colours.createColors(coloured)
  const results = figures.results.filter(isOf(cell))
  const most = Math.max(0, ...results.map(({ median }) => median))
  const unit = results[0]?.unit ?? cell.workload.unit
  const samples = results.map(formatSamples)
  const sampled = samples.some((text) => text !== '')
  const speedUps = results.map((result) => formatSpeedUp(result, figures.results))
  const scales = speedUps.some((text) => text !== '')
  const table = new CliTable({
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    colAligns: ['left', 'right', 'left', 'right', 'right', 'right', 'right'],
    head: [
      '',
      unit,
      '',
      `${SUBJECT} is`,
      'memory',
      sampled ? 'p99 / p99.9 ns' : '',
      scales ? 'over 1 thread' : '',
    ].map((text) => colour.dim(text)),
  })
  for (const [index, result] of results.entries()) {
    const ratio = figures.ratios.find((one) => isOf(cell)(one) && one.peer === result.peer)
    table.push([
      result.peer === SUBJECT ? colour.bold(result.peer) : result.peer,
      formatFigure(result.median),
      bar(result.median / most),
      ratio === undefined
        ? ''
        : colour[ratio.median >= 1 ? 'green' : 'red'](`${formatRatio(ratio.median)} x`),
      formatMemory(result),
      samples[index],
      speedUps[index],
    ])
  }
  const threads = cell.threads === 1 ? '1 thread' : `${cell.threads} threads`
  const title = `${colour.bold(cell.workload.name)}, ${threads} ${colour.dim(`· ${cell.workload.about}`)}`
  const notes = [
    ...figures.failures
      .filter(isOf(cell))
      .map(({ peer, error }) => colour.red(`${peer} failed: ${firstLine(error)}`)),
    ...cell.leftOut.map(({ peer, why }) => colour.dim(`${peer} is left out: ${why}`)),
  ]
  const lines = results.length === 0 ? [] : trimEnds(table.toString())
  return [title, ...lines, ...notes].map((line, i) => (i === 0 ? line : `  ${line}`)).join('\n')
}

/** What the columns mean, once, below all tables. */
export function legend(rounds: number, seconds: number): string {
  return [
    `Figures are medians of ${rounds} rounds of ${seconds} s. '${SUBJECT} is' is the median of the ratios within a round:`,
    `above 1, ${SUBJECT} is faster. Memory is what the process grew by at its peak. The percentiles are of single operations,\nsampled in a run of their own.`,
  ].join('\n')
}

function isOf(cell: Cell) {
  return (one: { readonly workload: string; readonly threads: number }) =>
    one.workload === cell.workload.name && one.threads === cell.threads
}

function formatFigure(figure: number): string {
  if (figure >= 100) return figure.toFixed(0)
  return figure.toFixed(figure >= 10 ? 1 : figure >= 0.1 ? 2 : 4)
}

function formatRatio(ratio: number): string {
  return ratio.toFixed(ratio >= 100 ? 0 : ratio >= 10 ? 1 : 2)
}

function formatSpeedUp(result: Result, all: readonly Result[]): string {
  const alone = all.find(
    ({ workload, peer, threads }) => threads === 1 && workload === result.workload && peer === result.peer,
  )
  return alone === undefined || result.threads === 1 ? '' : `${(result.median / alone.median).toFixed(2)} x`
}

function formatMemory({ peakResidentBytes, baselineResidentBytes }: Result): string {
  const grown = peakResidentBytes - baselineResidentBytes
  return `${(Math.max(0, grown) / MiB).toFixed(1)} MiB`
}

function formatSamples({ nanoseconds: ns }: Result): string {
  return ns === undefined ? '' : [ns.p99, ns.p999].map((figure) => figure.toFixed(0)).join(' / ')
}

function bar(part: number): string {
  const eighths = Math.max(1, Math.round(part * BAR_CELLS * 8))
  return ('█'.repeat(eighths >>> 3) + EIGHTHS[eighths & 7]).padEnd(BAR_CELLS)
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]
}

function trimEnds(text: string): string[] {
  return text.split('\n').map((line) => line.trimEnd())
}

const NO_LINES = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map((place) => [place, '']),
)
