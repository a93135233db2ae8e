/**
 * What a run says about the targets: ratios against each reference, their geometric mean with one entry per
 * workload, latency, memory, speed-up.
 */

import { logAverage, max } from 'simple-statistics'
import { type Estimate, isAt, type Ratio, type Report, type Result } from './figures.ts'
import { percentile } from './latency.ts'
import { SUBJECT } from './peers/peers.ts'
import { formatNanoseconds, formatRatio, placeName } from './report/format.ts'
import { geometricMean } from './statistics.ts'
import {
  type Goal,
  goalAt,
  latencyTarget,
  meanTarget,
  memoryTarget,
  type ReferenceName,
  references,
  speedUpTarget,
  targets,
} from './targets.ts'
import { workloads } from './workloads.ts'

export type State = 'aim' | 'floor' | 'missed'

/** One target and what was measured of it. */
export interface Verdict {
  readonly what: string
  /** The contender or reference it is set against, if any. */
  readonly against: string
  readonly measured: string
  readonly wanted: string
  readonly state: State
}

export interface Mean extends Estimate {
  /** How many entries it has: workloads, of which variants count as one. */
  readonly workloads: number
}

export const referenceNames = Object.keys(references) as ReferenceName[]

/** In each place hakmem's ratio to the fastest of a reference's contenders there. */
export function ratiosTo(reference: ReferenceName, ratios: readonly Ratio[]): Ratio[] {
  const peers: readonly string[] = references[reference].peers
  const among = ratios.filter(({ peer }) => peers.includes(peer))
  return among.filter((one) =>
    among.every((other) => other === one || !isAt(one)(other) || other.median > one.median),
  )
}

/** The contender of a ratio, and how many of the reference's took part there if not all: the best of a part proves less. */
function nameIn(reference: ReferenceName, ratio: Ratio, all: readonly Ratio[]): string {
  const peers: readonly string[] = references[reference].peers
  const present = all.filter((one) => isAt(ratio)(one) && peers.includes(one.peer)).length
  return present === peers.length ? ratio.peer : `${ratio.peer} (${present} of ${peers.length})`
}

/** The geometric mean of ratios, one entry for a workload and its variants; undefined if there are none. */
export function meanOf(ratios: readonly Ratio[]): Mean | undefined {
  const names = [...new Set(ratios.map(entryOf))]
  if (names.length === 0) return undefined
  const entries = names.map((name) => ratios.filter((ratio) => entryOf(ratio) === name))
  const mean = geometricMean(entries.map((entry) => entry.map(({ launches }) => launches)))
  return { ...mean, workloads: names.length }
}

function entryOf({ workload }: Ratio): string {
  return workloads.find(({ name }) => name === workload)?.variantOf ?? workload
}

/** Every target for which the run has figures. */
export function verdictsOn({ results, ratios, machine }: Pick<Report, 'results' | 'ratios' | 'machine'>) {
  return [
    ...referenceNames.flatMap((reference) => speedVerdicts(reference, ratios)),
    ...latencyVerdicts(results),
    ...memoryTarget.peers.flatMap((peer) => memoryVerdicts(results, peer)),
    ...speedUpVerdicts(results, machine.cores),
  ]
}

function stateOf(value: number, { floor, aim }: Goal): State {
  return value >= aim ? 'aim' : value >= floor ? 'floor' : 'missed'
}

export function formatGoal({ floor, aim }: Goal): string {
  return floor === aim ? `${floor}` : `${floor} / ${aim}`
}

/** The mean is judged only where every workload with a target took part: it is of all or says nothing. */
function speedVerdicts(reference: ReferenceName, all: readonly Ratio[]): Verdict[] {
  const ratios = ratiosTo(reference, all)
  const verdict = (what: string, against: string, value: number, goal: Goal): Verdict => ({
    what,
    against,
    measured: `${formatRatio(value)} x`,
    wanted: formatGoal(goal),
    state: stateOf(value, goal),
  })
  const each = ratios.flatMap((ratio) => {
    const goal = goalAt(ratio, reference)
    return goal === undefined
      ? []
      : [verdict(placeName(ratio), nameIn(reference, ratio, all), ratio.median, goal)]
  })
  const took = new Set(ratios.map(({ workload }) => workload))
  const whole = targets.every(({ workloads }) => workloads.every((name) => took.has(name)))
  const mean = whole ? meanOf(ratios) : undefined
  const goal = meanTarget[reference]
  if (mean === undefined || goal === undefined) return each
  const { title } = references[reference]
  return [...each, verdict(`geometric mean of ${mean.workloads} workloads`, title, mean.median, goal)]
}

function latencyVerdicts(results: readonly Result[]): Verdict[] {
  const { workloads, part, most } = latencyTarget
  return results.flatMap((result) => {
    const { workload, peer, latency } = result
    if (peer !== SUBJECT || latency === undefined || !workloads.includes(workload)) return []
    const ns = percentile(latency, part)
    if (ns === undefined) return []
    return {
      what: `p${part * 100} of one operation, ${placeName(result)}`,
      against: '',
      measured: formatNanoseconds(ns),
      wanted: `at most ${formatNanoseconds(most)}`,
      state: ns <= most ? 'aim' : 'missed',
    }
  })
}

/** hakmem's growth over a contender's, in the places that are large enough to judge. */
function memoryVerdicts(results: readonly Result[], peer: string): Verdict[] {
  const { mean, each, leastLiveBytes } = memoryTarget
  const growths = results.flatMap((own) => {
    const other = results.find((one) => one.peer === peer && isAt(own)(one))
    if (own.peer !== SUBJECT || own.memory === undefined || other?.memory === undefined) return []
    if (own.memory.liveBytes < leastLiveBytes) return []
    return { place: placeName(own), growth: growthOf(own.memory) / growthOf(other.memory) }
  })
  if (growths.length === 0) return []
  const verdict = (what: string, value: number, most: number): Verdict => ({
    what,
    against: peer,
    measured: `${formatRatio(value)} x`,
    wanted: `at most ${most}`,
    state: value <= most ? 'aim' : 'missed',
  })
  return [
    ...growths.map(({ place, growth }) => verdict(`growth of memory, ${place}`, growth, each)),
    verdict(
      `growth of memory, geometric mean of ${growths.length}`,
      logAverage(growths.map(({ growth }) => growth)),
      mean,
    ),
  ]
}

function speedUpVerdicts(results: readonly Result[], cores: number): Verdict[] {
  const { workloads, perThread } = speedUpTarget
  return results.flatMap((result) => {
    const { workload, threads, peer } = result
    const speedUp = speedUpOf(result, results)
    if (peer !== SUBJECT || !workloads.includes(workload) || threads > cores || speedUp === undefined)
      return []
    const least = perThread * threads
    return {
      what: `speed-up over one thread, ${placeName(result)}`,
      against: '',
      measured: `${formatRatio(speedUp)} x`,
      wanted: `at least ${formatRatio(least)}`,
      state: speedUp >= least ? 'aim' : 'missed',
    }
  })
}

/** What the process grew by, at least a page: the divisor of ratios. */
export function growthOf({ peakBytes, baselineBytes }: NonNullable<Result['memory']>): number {
  return max([4096, peakBytes - baselineBytes])
}

/** Over the same contender's figure with one thread; undefined where there is none, and for one thread. */
export function speedUpOf({ workload, threads, peer, median }: Result, all: readonly Result[]) {
  const alone = all.find((one) => one.threads === 1 && one.workload === workload && one.peer === peer)
  return alone === undefined || threads === 1 ? undefined : median / alone.median
}
