/** What the line charts show: speed over threads, times of single operations, memory in the course of time. */

import { max, min } from 'simple-statistics'
import { PARTS } from '../../contender/protocol.ts'
import type { Result } from '../../figures.ts'
import { percentile } from '../../latency.ts'
import { growthOf } from '../../verdicts.ts'
import { formatFigure, formatNanoseconds, formatRatio } from '../format.ts'
import type { Colours } from './colours.ts'
import { logTicks } from './draw.ts'
import { lineChart } from './line-chart.ts'

/** Places of the percentiles: each further 9 is as far as the one before, and the longest time comes last. */
const TAIL_TICKS = [
  { at: tailOf(0.5), name: 'p50' },
  { at: tailOf(0.9), name: 'p90' },
  { at: tailOf(0.99), name: 'p99' },
  { at: tailOf(0.999), name: 'p99.9' },
  { at: tailOf(0.9999), name: 'p99.99' },
  { at: tailOf(1), name: 'most' },
]

/** One workload with several numbers of threads. */
export function scalingChart(workload: string, results: readonly Result[], colours: Colours): string {
  const points = results.map(({ peer, threads, median, unit }) => ({
    peer,
    x: threads,
    y: median,
    title: `${peer}, ${threads} threads: ${formatFigure(median)} ${unit}`,
  }))
  const threads = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b)
  return lineChart(`${workload}: speed over threads`, points, colours, {
    x: { type: 'point', domain: threads, label: 'threads' },
    y: { zero: true, nice: true, ticks: 5 },
  })
}

/** The times of single operations in one place. */
export function latencyChart(place: string, results: readonly Result[], colours: Colours): string {
  const points = results.flatMap(({ peer, latency }) =>
    PARTS.flatMap((part) => {
      const ns = latency && percentile(latency, part)
      if (ns === undefined) return []
      const share = part === 1 ? 'the longest' : `${part * 100} % within`
      // The clock's own cost is taken off, and may leave nothing; a logarithm needs something.
      return {
        peer,
        x: tailOf(part),
        y: Math.max(1, ns),
        title: `${peer}: ${share} ${formatNanoseconds(ns)}`,
      }
    }),
  )
  const low = min(points.map(({ y }) => y))
  const high = max(points.map(({ y }) => y))
  return lineChart(`${place}: times of single operations`, points, colours, {
    x: {
      domain: [0, tailOf(1)],
      ticks: TAIL_TICKS.map(({ at }) => at),
      tickFormat: (at: number) => TAIL_TICKS.find((tick) => tick.at === at)?.name ?? '',
      label: null,
    },
    y: {
      type: 'log',
      domain: [low, high],
      ticks: logTicks(low, high),
      tickFormat: (ns: number) => formatNanoseconds(ns).replace('.0', ''),
    },
  })
}

/** Resident memory over live bytes in one place. */
export function memoryChart(place: string, results: readonly Result[], colours: Colours): string {
  const points = results.flatMap(({ peer, memory }) =>
    (memory?.samples ?? []).map(({ seconds, bytes }) => {
      const over = memory === undefined ? 0 : Math.max(0, bytes - memory.baselineBytes) / memory.liveBytes
      return {
        peer,
        x: seconds,
        y: over,
        title: `${peer} after ${seconds.toFixed(1)} s: ${formatRatio(over)} x`,
      }
    }),
  )
  return lineChart(`${place}: growth of resident memory over live bytes`, points, colours, {
    dots: false,
    x: { label: 'seconds', zero: true },
    y: { zero: true, nice: true, ticks: 5 },
  })
}

/** The most that a contender grew by, over live bytes. */
export function growthOverLive({ memory }: Result): number | undefined {
  return memory === undefined ? undefined : growthOf(memory) / memory.liveBytes
}

function tailOf(part: number): number {
  return part === 1 ? 5 : -Math.log10(1 - part)
}
