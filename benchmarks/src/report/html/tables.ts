/** The parts of the report that are text: legend, targets, all figures, the machine. */

import html from 'html-template-tag'
import type { PARTS } from '../../contender/protocol.ts'
import { type Absence, isAt, type Report, type Result } from '../../figures.ts'
import { percentile } from '../../latency.ts'
import { SUBJECT } from '../../peers/peers.ts'
import { growthOf, speedUpOf, type Verdict } from '../../verdicts.ts'
import {
  formatBytes,
  formatFigure,
  formatInterval,
  formatNanoseconds,
  formatPercent,
  formatRatio,
} from '../format.ts'
import type { Colours } from './colours.ts'
import { growthOverLive } from './curves.ts'

export function legend(colours: Colours): string {
  const items = colours.peers.map((peer) => {
    const kind = colours.dashed(peer) ? 'dashed' : ''
    return html`<li><span class="${kind}" style="border-color: ${colours.of(peer)}"></span>${peer}</li>`
  })
  return html`<ul class="legend">${items}</ul>`
}

export function verdictTable(verdicts: readonly Verdict[]): string {
  const words = { aim: 'reached', floor: 'above floor', missed: 'missed' }
  const rows = verdicts.map(
    ({ what, against, measured, wanted, state }) =>
      html`<tr><td class="${state}">${words[state]}</td><td>${what}</td><td>${against}</td><td class="number">${measured}</td><td class="number">${wanted}</td></tr>`,
  )
  return html`<div class="scroll"><table><tr><th></th><th>what</th><th>against</th><th class="number">measured</th><th class="number">wanted</th></tr>${rows}</table></div>`
}

/** Every result with all that is known of it; losses stand among the wins. */
export function figuresTable(report: Report): string {
  const columns = columnsOf(report).filter(({ cell }) => report.results.some((result) => cell(result) !== ''))
  const heads = columns.map(({ head, kind }) => html`<th class="${kind}">${head}</th>`)
  const rows = report.results.map((result) => {
    const cells = columns.map(
      ({ cell, kind, tone }) => html`<td class="${kind} ${tone?.(result) ?? ''}">${cell(result)}</td>`,
    )
    return html`<tr>${cells}</tr>`
  })
  return html`<details><summary>${String(rows.length)} results</summary><div class="scroll figures"><table><tr>${heads}</tr>${rows}</table></div></details>`
}

interface Column {
  readonly head: string
  readonly kind: 'number' | 'text'
  readonly cell: (result: Result) => string
  readonly tone?: (result: Result) => 'win' | 'loss' | ''
}

function columnsOf({ results, ratios }: Report): Column[] {
  const ratioTo = (result: Result) => ratios.find((one) => one.peer === result.peer && isAt(result)(one))
  const text = (head: string, cell: Column['cell']): Column => ({ head, kind: 'text', cell })
  const number = <T>(
    head: string,
    figure: (result: Result) => T | undefined,
    format: (figure: T) => string,
  ) => ({
    head,
    kind: 'number' as const,
    cell: (result: Result) => {
      const found = figure(result)
      return found === undefined ? '' : format(found)
    },
  })
  const tail = (head: string, part: (typeof PARTS)[number]) =>
    number(
      head,
      ({ latency }) => latency,
      (latency) => formatNanoseconds(percentile(latency, part)),
    )
  return [
    text('workload', ({ workload }) => workload),
    number('threads', ({ threads }) => threads, String),
    text('contender', ({ peer }) => peer),
    number(
      'speed',
      (result) => result,
      ({ median, unit }) => `${formatFigure(median)} ${unit}`,
    ),
    {
      ...number(`${SUBJECT} is`, ratioTo, ({ median }) => formatRatio(median)),
      tone: (result) => {
        const ratio = ratioTo(result)
        return ratio === undefined ? '' : ratio.median >= 1 ? 'win' : 'loss'
      },
    },
    number('95 % interval', ratioTo, formatInterval),
    tail('p50', 0.5),
    tail('p99', 0.99),
    tail('p99.9', 0.999),
    tail('most', 1),
    number(
      'memory grew',
      ({ memory }) => memory,
      (memory) => formatBytes(growthOf(memory)),
    ),
    number('over live', growthOverLive, formatRatio),
    number('over 1 thread', (result) => speedUpOf(result, results), formatRatio),
    number('slowest lane', ({ slowestLane }) => slowestLane, formatRatio),
  ]
}

/** Who did not take part, where and why. */
export function absencesTable(absences: readonly Absence[]): string {
  const rows = absences.map(
    ({ peers, where, why }) =>
      html`<tr><td>${peers.join(', ') || 'all'}</td><td>${where?.join(', ') ?? 'everywhere'}</td><td>${why}</td></tr>`,
  )
  return html`<div class="scroll"><table><tr><th>contender</th><th>where</th><th>why</th></tr>${rows}</table></div>`
}

export function machineList({ machine, noise, settings, command, date }: Report): string {
  const facts: [name: string, fact: string][] = [
    ['Command', command],
    ['Date', date],
    ['Processor', `${machine.cpu}, ${machine.cores} cores, ${machine.arch}`],
    ['Memory', formatBytes(machine.memoryBytes)],
    ['System', machine.os],
    ['Node', `${machine.node}, V8 ${machine.v8}`],
    [
      'Contenders',
      Object.entries(machine.peers)
        .map((pair) => pair.join(' '))
        .join(', '),
    ],
    [
      'Processors',
      settings.pinned ? 'every contender held to as many as the workload has threads' : 'nobody pinned',
    ],
    ['Huge pages', machine.hugePages],
    ['Governor', machine.governor],
    ['Overcommit', machine.overcommit],
    ['Load before', noise.load.toFixed(2)],
    ['Time stolen', formatPercent(noise.steal)],
    ['Spread of rounds', `${formatPercent(noise.spread)} (middle half over median, median of all results)`],
    ['Seed', String(settings.seed)],
  ]
  return html`<div class="card"><dl>${facts.map(([name, fact]) => html`<dt>${name}</dt><dd>${fact}</dd>`)}</dl></div>`
}
