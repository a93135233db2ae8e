/**
 * The end of a run, for people: the geometric mean of hakmem's ratios to each contender with the places where it
 * loses, the targets, what the columns of the tables mean, the machine, and how quiet it was.
 */

import CliTable from 'cli-table3'
import colours from 'picocolors'
import type { Report } from '../figures.ts'
import { SUBJECT } from '../peers/peers.ts'
import { meanOf, type Verdict, verdictsOn } from '../verdicts.ts'
import {
  formatFirstLook,
  formatInterval,
  formatPercent,
  formatRatio,
  formatSkipped,
  placeName,
} from './format.ts'
import { lines, plainTable } from './plain-table.ts'

export function formatSummary(report: Report, coloured: boolean): string {
  const colour = colours.createColors(coloured)
  const { settings, machine, noise, absences } = report
  const firstLook = formatFirstLook(settings)
  const verdicts = verdictsOn(report)
  return [
    ...(report.ratios.length === 0 ? [] : ['', colour.bold('Geometric means'), ...means(report, colour), '']),
    ...(verdicts.length === 0 ? [] : [colour.bold('Targets'), ...targets(verdicts, colour), '']),
    `Figures are medians of ${settings.launches} x ${settings.rounds} rounds of ${settings.seconds} s: as many launches, each a process of its own.`,
    ...(firstLook === undefined ? [] : [colour.yellow(firstLook)]),
    `'${SUBJECT} is' is the median of the ratios within a round, above 1 if ${SUBJECT} is faster, with its 95 % interval. A target`,
    `is floor / aim. Times are of single operations, sampled, less what reading the clock costs: 0 ns is less than it can see.`,
    `Memory is what a warm process grew by at its peak. ×2 is with two threads. A geometric mean has one entry for a workload`,
    `and its variants. (1 of 3): a target is against the best of three, of which only one took part.`,
    '',
    `${machine.cpu}, ${machine.cores} cores, ${machine.os}, Node ${machine.node}`,
    `huge pages ${machine.hugePages}, governor ${machine.governor}, overcommit ${machine.overcommit}, ${settings.pinned ? 'all pinned' : 'nobody pinned'}`,
    Object.entries(machine.peers)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    ...absences.filter(({ peers, where }) => where === undefined || peers.length === 0).map(formatSkipped),
    `load ${noise.load.toFixed(2)} before, ${formatPercent(noise.steal)} stolen, rounds spread over ${formatPercent(noise.spread)}`,
    ...noise.warnings.map((text) => colour.yellow(`noisy: ${text}`)),
  ].join('\n')
}

function means({ ratios }: Report, colour: Colours): string[] {
  const table = new CliTable({
    ...plainTable(['left', 'right', 'left', 'right', 'left']),
    head: [`${SUBJECT} over`, '', 'interval', 'workloads', 'loses'].map((text) => colour.dim(text)),
  })
  for (const peer of new Set(ratios.map(({ peer }) => peer))) {
    const all = ratios.filter((ratio) => ratio.peer === peer)
    const mean = meanOf(all)
    if (mean === undefined) continue
    const lost = all.filter(({ median }) => median < 1)
    table.push([
      peer,
      colour[mean.median >= 1 ? 'green' : 'red'](`${formatRatio(mean.median)} x`),
      colour.dim(formatInterval(mean)),
      mean.workloads,
      lost.length === 0 ? 'nowhere' : `${lost.length} of ${all.length}: ${lost.map(placeName).join('; ')}`,
    ])
  }
  return lines(table)
}

function targets(verdicts: readonly Verdict[], colour: Colours): string[] {
  const table = new CliTable({
    ...plainTable(['left', 'left', 'right', 'left', 'left']),
    head: ['', 'against', '', 'floor / aim', ''].map((text) => colour.dim(text)),
  })
  const words = {
    aim: colour.green('reached'),
    floor: colour.yellow('above the floor'),
    missed: colour.red('missed'),
  }
  for (const { what, against, measured, wanted, state } of verdicts)
    table.push([what, against, measured, wanted, words[state]])
  return lines(table)
}

type Colours = ReturnType<typeof colours.createColors>
