/** `--fail-below`: what a run must not fall below, one line for each that did. */

import type { Ratio } from './figures.ts'
import { formatInterval, formatRatio, placeName } from './report/format.ts'
import { meanOf } from './verdicts.ts'

/** hakmem's ratios to all contenders, and its geometric mean over each, that are lower than `least`; or that there are none. */
export function shortfalls(ratios: readonly Ratio[], least: number): string[] {
  if (ratios.length === 0) return ['--fail-below: hakmem was compared with nobody, so nothing was checked']
  const peers = [...new Set(ratios.map(({ peer }) => peer))]
  const means = peers.flatMap((peer) => {
    const mean = meanOf(ratios.filter((ratio) => ratio.peer === peer))
    return mean === undefined ? [] : [{ ...mean, where: 'the geometric mean', peer }]
  })
  return [...ratios.map((ratio) => ({ ...ratio, where: placeName(ratio) })), ...means]
    .filter(({ median }) => median < least)
    .map(
      (one) =>
        `below ${least}: ${one.where}, ${formatRatio(one.median)} (${formatInterval(one)}) against ${one.peer}`,
    )
}
