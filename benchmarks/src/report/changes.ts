/** `--baseline`: what changed since a former run, for people. */

import CliTable from 'cli-table3'
import colours from 'picocolors'
import { changesAmong, differencesOf, pairsOf } from '../baseline.ts'
import type { Report } from '../figures.ts'
import { SUBJECT } from '../peers/peers.ts'
import { formatInterval, formatPercent, formatRatio, placeName } from './format.ts'
import { lines, plainTable } from './plain-table.ts'

export function formatChanges(then: Report, now: Report, coloured: boolean): string {
  const colour = colours.createColors(coloured)
  const pairs = pairsOf(then.ratios, now.ratios)
  const changes = changesAmong(pairs)
  const title = colour.bold(`Since ${then.date.slice(0, 16).replace('T', ' ')} UTC`)
  const notes = differencesOf(then, now).map((text) => colour.yellow(`hard to compare: ${text}`))
  if (pairs.length === 0)
    return [title, ...notes, colour.yellow('  the two runs have no ratio in common')].join('\n')
  const known = `${pairs.length} ${pairs.length === 1 ? 'ratio' : 'ratios'} in common`
  if (changes.length === 0)
    return [title, ...notes, `  ${known}, none changed beyond the intervals`].join('\n')
  const table = new CliTable({
    ...plainTable(['left', 'left', 'right', 'left', 'right', 'left', 'right']),
    head: ['', `${SUBJECT} over`, 'then', '', 'now', '', ''].map((text) => colour.dim(text)),
  })
  for (const { before, after, ...place } of changes) {
    const change = after.median / before.median - 1
    const text = `${change > 0 ? '+' : ''}${formatPercent(change)}`
    table.push([
      placeName(place),
      place.peer,
      formatRatio(before.median),
      colour.dim(formatInterval(before)),
      formatRatio(after.median),
      colour.dim(formatInterval(after)),
      change > 0 ? colour.green(text) : colour.red(text),
    ])
  }
  return [
    title,
    ...notes,
    `  ${known}, ${changes.length} changed beyond the intervals`,
    ...lines(table),
  ].join('\n')
}
