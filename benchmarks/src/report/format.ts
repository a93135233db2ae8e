/** How figures are written for people, in the terminal and in the report. */

import { type Absence, type Estimate, LEAST_LAUNCHES, type Place, type Settings } from '../figures.ts'

const MiB = 2 ** 20
const GiB = 2 ** 30

/** The workload and, after a cross, how many threads run it. */
export function placeName({ workload, threads }: Place): string {
  return `${workload} ×${threads}`
}

/** Operations per second and the like: three digits, whatever the size. */
export function formatFigure(figure: number): string {
  if (figure >= 100) return figure.toFixed(0)
  return figure.toFixed(figure >= 10 ? 1 : figure >= 0.1 ? 2 : 4)
}

export function formatRatio(ratio: number): string {
  return ratio.toFixed(ratio >= 100 ? 0 : ratio >= 10 ? 1 : ratio >= 0.1 ? 2 : 3)
}

export function formatInterval({ low, high }: Estimate): string {
  return `${formatRatio(low)} .. ${formatRatio(high)}`
}

export function formatBytes(bytes: number): string {
  return bytes < 10 * GiB ? `${(bytes / MiB).toFixed(1)} MiB` : `${(bytes / GiB).toFixed(1)} GiB`
}

/** A time that may not be known, in the unit in which it has one to three digits before the point. */
export function formatNanoseconds(ns: number | undefined): string {
  if (ns === undefined) return '-'
  if (ns < 1e3) return `${ns.toFixed(0)} ns`
  if (ns < 1e6) return `${(ns / 1e3).toFixed(ns < 1e4 ? 1 : 0)} us`
  return `${(ns / 1e6).toFixed(ns < 1e7 ? 1 : 0)} ms`
}

export function formatPercent(part: number): string {
  return `${(100 * part).toFixed(Math.abs(part) < 0.1 ? 1 : 0)} %`
}

/** What is to be said of contenders that are not there at all, or of a place where none is. */
export function formatSkipped({ peers, where, why }: Absence): string {
  const names = where ?? peers
  return `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} skipped: ${why}`
}

/** What is to be said of intervals from so few launches; undefined if they are enough. */
export function formatFirstLook({ launches }: Settings): string | undefined {
  if (launches >= LEAST_LAUNCHES) return undefined
  return `A first look: with fewer than ${LEAST_LAUNCHES} launches intervals say little of what differs from process to process.`
}
