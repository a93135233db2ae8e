/** The parts of the report that are text: legend, targets, all figures, the machine. */

import html from 'html-template-tag'
import type { PARTS } from '../../contender/protocol.ts'
import { type Absence, isAt, type Report, type Result } from '../../figures.ts'
import { percentile } from '../../latency.ts'
import { SUBJECT } from '../../peers/peers.ts'
import { speedUpOf, type Verdict } from '../../verdicts.ts'
import {
  formatBytes,
  formatFigure,
  formatInterval,
  formatNanoseconds,
  formatPercent,
  formatRatio,
  placeName,
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
export function figuresTable({ results, ratios, failures }: Report): string {
  const tail = ({ latency }: Result, part: (typeof PARTS)[number]) =>
    latency === undefined ? '' : formatNanoseconds(percentile(latency, part))
  const rows = results.map((result) => {
    const { workload, threads, peer, median, unit, memory, slowestLane } = result
    const ratio = ratios.find((one) => one.peer === peer && isAt(result)(one))
    const speedUp = speedUpOf(result, results)
    const over = growthOverLive(result)
    const cells = [
      ratio === undefined ? '' : formatInterval(ratio),
      tail(result, 0.5),
      tail(result, 0.99),
      tail(result, 0.999),
      tail(result, 1),
      memory === undefined ? '' : formatBytes(memory.peakBytes - memory.baselineBytes),
      over === undefined ? '' : formatRatio(over),
      speedUp === undefined ? '' : formatRatio(speedUp),
      slowestLane === undefined ? '' : formatRatio(slowestLane),
    ].map((text) => html`<td class="number">${text}</td>`)
    const outcome = ratio === undefined ? '' : ratio.median >= 1 ? 'win' : 'loss'
    return html`<tr><td>${workload}</td><td class="number">${String(threads)}</td><td>${peer}</td><td class="number">${formatFigure(median)} ${unit}</td><td class="number ${outcome}">${ratio === undefined ? '' : formatRatio(ratio.median)}</td>${cells}</tr>`
  })
  const heads = [
    ...[
      'workload',
      'threads',
      'contender',
      'speed',
      `${SUBJECT} is`,
      '95 % interval',
      'p50',
      'p99',
      'p99.9',
      'most',
    ],
    ...['memory grew', 'over live', 'over 1 thread', 'slowest lane'],
  ].map((text) => html`<th>${text}</th>`)
  const failed = failures.map(
    (failure) =>
      html`<p class="warning">${failure.peer} failed in ${placeName(failure)}: ${failure.error.split('\n', 1)[0]}</p>`,
  )
  return html`${failed}<details><summary>${String(results.length)} results</summary><div class="scroll figures"><table><tr>${heads}</tr>${rows}</table></div></details>`
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
