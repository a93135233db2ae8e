/**
 * Ratios as bars that begin at 1, to the right where hakmem is faster and to the left where it is slower, each with
 * its interval, and with the floor and the aim of its target where there is one. The axis is logarithmic: twice as
 * fast is as far from 1 as half as fast.
 */

import * as Plot from '@observablehq/plot'
import type { Estimate } from '../../figures.ts'
import { SUBJECT } from '../../peers/peers.ts'
import type { Goal } from '../../targets.ts'
import { formatInterval, formatRatio } from '../format.ts'
import { draw, logTicks } from './draw.ts'

interface RatioRow extends Estimate {
  readonly name: string
  readonly goal?: Goal | undefined
}

const ROW = 20
const LETTER = 6

export function ratioChart(label: string, rows: readonly RatioRow[]): string {
  const ends = rows.flatMap(({ low, high, goal }) => (goal ? [low, high, goal.floor, goal.aim] : [low, high]))
  const domain = [Math.min(0.5, ...ends) / 1.1, Math.max(2, ...ends) * 1.1]
  const goals = rows.flatMap(({ name, goal }) => (goal ? [{ name, ...goal }] : []))
  const title = (row: RatioRow) => `${row.name}: ${formatRatio(row.median)} (${formatInterval(row)})`
  return draw(label, {
    height: rows.length * ROW + 44,
    marginLeft: Math.min(150, Math.max(...rows.map(({ name }) => name.length)) * LETTER + 12),
    marginRight: 42,
    x: {
      type: 'log',
      domain,
      ticks: logTicks(domain[0], domain[1]),
      tickFormat: (tick: number) => `${tick}`,
      label: `${SUBJECT} is so many times as fast →`,
      labelAnchor: 'right',
    },
    y: { domain: rows.map(({ name }) => name), label: null, padding: 0.3, tickSize: 0 },
    marks: [
      Plot.gridX({ ticks: logTicks(domain[0], domain[1]), stroke: 'var(--grid)', strokeOpacity: 1 }),
      Plot.barX(rows, {
        x1: 1,
        x2: 'median',
        y: 'name',
        fill: ({ median }) => (median >= 1 ? 'var(--win)' : 'var(--loss)'),
        title,
      }),
      Plot.ruleX([1], { stroke: 'currentColor' }),
      Plot.ruleY(rows, { x1: 'low', x2: 'high', y: 'name', stroke: 'currentColor', strokeWidth: 1.5 }),
      Plot.tickX(goals, {
        x: 'floor',
        y: 'name',
        stroke: 'var(--goal)',
        strokeWidth: 2,
        strokeDasharray: '3,2',
      }),
      Plot.tickX(goals, { x: 'aim', y: 'name', stroke: 'var(--goal)', strokeWidth: 2 }),
      Plot.text(rows, {
        y: 'name',
        text: ({ median }) => formatRatio(median),
        frameAnchor: 'right',
        textAnchor: 'end',
        dx: 40,
        fill: ({ median }) => (median >= 1 ? 'var(--win-text)' : 'var(--loss-text)'),
        fontWeight: 600,
      }),
    ],
  })
}
