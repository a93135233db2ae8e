/** A line for each contender, hakmem's thicker and on top: scaling, latency, memory in the course of time. */

import * as Plot from '@observablehq/plot'
import { SUBJECT } from '../../peers/peers.ts'
import type { Colours } from './colours.ts'
import { draw } from './draw.ts'

interface Point {
  readonly peer: string
  readonly x: number
  readonly y: number
  /** What to say when the pointer rests on it. */
  readonly title: string
}

interface Axes {
  /** Whether points show as such, which many of them had better not. */
  readonly dots?: boolean
  readonly x: Plot.ScaleOptions
  readonly y: Plot.ScaleOptions
}

export function lineChart(
  label: string,
  points: readonly Point[],
  colours: Colours,
  { x, y, dots = true }: Axes,
): string {
  const lines = (chosen: (peer: string) => boolean, options: Plot.LineOptions) => {
    const data = points.filter(({ peer }) => chosen(peer))
    const stroke = ({ peer }: Point) => colours.of(peer)
    const width = Number(options.strokeWidth)
    return [
      Plot.line(data, { x: 'x', y: 'y', z: 'peer', stroke, ...options }),
      ...(dots ? [Plot.dot(data, { x: 'x', y: 'y', r: width + 0.5, fill: stroke, title: 'title' })] : []),
    ]
  }
  const isOwn = (peer: string) => peer === SUBJECT
  return draw(label, {
    height: 240,
    marginLeft: 48,
    marginRight: 24,
    marginTop: 10,
    x: { ...x, labelAnchor: 'right' },
    y: { ...y, label: null },
    marks: [
      Plot.gridY({
        stroke: 'var(--grid)',
        strokeOpacity: 1,
        ...(y.ticks !== undefined && { ticks: y.ticks }),
      }),
      ...lines((peer) => !isOwn(peer) && colours.dashed(peer), { strokeWidth: 1.5, strokeDasharray: '4,3' }),
      ...lines((peer) => !isOwn(peer) && !colours.dashed(peer), { strokeWidth: 1.5 }),
      ...lines(isOwn, { strokeWidth: 3 }),
    ],
  })
}
