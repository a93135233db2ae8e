/** What the line charts show: speed over threads, times of single operations, memory in the course of time. */

import { max } from 'simple-statistics'
import { PARTS } from '../../contender/protocol.ts'
import type { Memory, Result } from '../../figures.ts'
import { percentile } from '../../latency.ts'
import { growthOf } from '../../verdicts.ts'
import { formatBytes, formatFigure, formatNanoseconds, formatRatio } from '../format.ts'
import type { Colours } from './colours.ts'
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

const KiB = 2 ** 10
const MiB = 2 ** 20

/** Nanoseconds below which clocks tell nothing: some tick every ten, and an operation hides in the reading of them. */
const DARK = 10
/** Up to ten seconds. Plot leaves labels between them away. */
const DECADES = Array.from({ length: 10 }, (_, k) => DARK * 10 ** k)

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
      return {
        peer,
        x: tailOf(part),
        y: Math.max(DARK, ns),
        title: `${peer}: ${share} ${formatNanoseconds(ns)}`,
      }
    }),
  )
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
      domain: [DARK, high],
      ticks: DECADES.filter((tick) => tick <= high),
      tickFormat: (ns: number) => formatNanoseconds(ns).replace('.0', ''),
    },
  })
}

/** Whether growth is told over the live bytes; where these are few it is the process's own, and told as it is. */
function isOverLive({ liveBytes }: Memory): boolean {
  return liveBytes >= MiB
}

/** What the axis of `memoryChart` counts. */
export function memoryUnit({ memory }: Result): string {
  if (memory === undefined) return ''
  const { liveBytes } = memory
  return isOverLive(memory)
    ? `over ${formatBytes(liveBytes)} live`
    : `MiB, with ${liveBytes < KiB ? `${liveBytes} B` : `${(liveBytes / KiB).toFixed(0)} KiB`} live`
}

/** Growth of resident memory in one place. */
export function memoryChart(place: string, results: readonly Result[], colours: Colours): string {
  const points = results.flatMap(({ peer, memory }) => {
    if (memory === undefined) return []
    const unit = isOverLive(memory) ? memory.liveBytes : MiB
    return memory.samples.map(({ seconds, bytes }) => {
      const grown = Math.max(0, bytes - memory.baselineBytes)
      return {
        peer,
        x: seconds,
        y: grown / unit,
        title: `${peer} after ${seconds.toFixed(1)} s: ${formatBytes(grown)}, ${formatRatio(grown / memory.liveBytes)} x live`,
      }
    })
  })
  return lineChart(`${place}: growth of resident memory`, points, colours, {
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
