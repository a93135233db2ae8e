/**
 * Placement: every strategy on every trace, and what learning makes of it.
 *
 * `learned` begins with the default and may adopt another strategy as the trace goes on; `next run` is the same trace again
 * with the profile that it left. High-water marks are exact; synthetic traces are drawn with three seeds, and the table has the
 * mean of the three. Speed is that of the allocator alone, in turn, as the ratio to best fit with its interval.
 */

import { layout } from '@hakmem/arena'
import { DEFAULT_STRATEGY, STRATEGIES } from '@hakmem/learning'
import { mean } from 'simple-statistics'
import { estimate } from '../statistics.ts'
import { recordedTraces } from './codec.ts'
import { highWaterBySites, playFixed, playLearning, playPinned } from './replay.ts'
import { syntheticTraces } from './synthetic.ts'
import { FREE, MALLOC, type Trace } from './trace.ts'
import { type Section, type Table, target } from './verdict.ts'

const SEEDS = [1, 2, 3]
const STEPS = 12_000
const SPEED_ROUNDS = 5
/** Events that a round plays at least: short traces several times. */
const SPEED_EVENTS = 20_000

/** Targets: of the best fixed strategy in hindsight, of the default, and of what a gain is. */
const OF_BEST = 1.02
const OF_DEFAULT = 1.01
const GAIN = 0.98

interface Row {
  readonly name: string
  readonly isReal: boolean
  readonly fixed: readonly number[]
  readonly learned: number
  readonly next: number
  /** Ratio of time to best fit's, by strategy. */
  readonly speeds: readonly string[]
}

export function placement(only?: Trace): Section {
  const traces = only === undefined ? undefined : [only]
  const rows = [
    ...(traces ?? recordedTraces()).map((trace) => row([trace], true)),
    ...(traces === undefined ? synthetic() : []),
  ]
  const names = STRATEGIES.map(({ name }) => name)
  const head = ['bytes ever used / most live', ...names, 'learned', 'next run']
  const fallback = STRATEGIES.indexOf(DEFAULT_STRATEGY)
  const tables = [
    {
      head,
      rows: rows.map(({ name, fixed, learned, next }) => [name, ...[...fixed, learned, next].map(three)]),
    },
    {
      head: ['time / that of best fit', ...names.slice(1)],
      rows: rows.map(({ name, speeds }) => [name, ...speeds.slice(1)]),
    },
    gains(rows, fallback),
  ]
  return { title: 'Placement', tables, targets: targets(rows, fallback, traces === undefined) }
}

function synthetic(): Row[] {
  const drawn = SEEDS.map((seed) => syntheticTraces(seed, STEPS))
  return drawn[0].map((_, k) =>
    row(
      drawn.map((traces) => traces[k]),
      false,
    ),
  )
}

/** The same trace, drawn once or several times. */
function row(traces: readonly Trace[], isReal: boolean): Row {
  const fixed = STRATEGIES.map((strategy) =>
    mean(
      traces.map((trace) => {
        const outcome = playFixed(trace, strategy)
        requireCounted(trace, outcome.operations)
        return strategy.atEnd === undefined ? outcome.highWater : highWaterBySites(trace, strategy)
      }),
    ),
  )
  const learned = traces.map(playLearning)
  const next = traces.map((trace, k) => playPinned(trace, learned[k].stage.arena.H[layout.H_POLICY]))
  return {
    name: traces[0].name,
    isReal,
    fixed,
    learned: mean(learned.map(({ highWater }) => highWater)),
    next: mean(next.map(({ highWater }) => highWater)),
    speeds: speedsOn(traces[0]),
  }
}

/** hakmem's benchmark once measured another allocator for a whole round: here the heap's own counters must agree. */
function requireCounted(trace: Trace, operations: number): void {
  const least = trace.kinds.filter((kind) => kind === MALLOC || kind === FREE).length
  if (operations < least)
    throw new Error(`${trace.name}: the heap counted ${operations} of ${least} operations`)
}

/** By strategy, each in turn in each round: the ratio to the first. */
function speedsOn(trace: Trace): string[] {
  const plays = Array.from({ length: Math.ceil(SPEED_EVENTS / trace.kinds.length) })
  const rounds = Array.from({ length: SPEED_ROUNDS + 1 }, () =>
    STRATEGIES.map((strategy) => mean(plays.map(() => playFixed(trace, strategy).nanoseconds))),
  ).slice(1)
  return STRATEGIES.map((_, k) => {
    const { median, low, high } = estimate([rounds.map((figures) => figures[k] / figures[0])])
    return `${median.toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)})`
  })
}

function gains(rows: readonly Row[], fallback: number): Table {
  const changes = rows.map(({ name, fixed, learned, next }) => {
    const change = (figure: number) => `${((figure / fixed[fallback] - 1) * 100).toFixed(1)} %`
    return [name, change(Math.min(...fixed)), change(learned), change(next)]
  })
  return { head: ['memory against best fit', 'best fixed', 'learned', 'next run'], rows: changes }
}

function targets(rows: readonly Row[], fallback: number, isWhole: boolean) {
  const worst = (of: (row: Row) => number) => rows.reduce((one, other) => (of(other) > of(one) ? other : one))
  const ofBest = (row: Row) => row.learned / Math.min(...row.fixed)
  const nextOfBest = (row: Row) => row.next / Math.min(...row.fixed)
  const ofDefault = (row: Row) => row.learned / row.fixed[fallback]
  const list = [
    target(
      `learned over the best fixed strategy in hindsight, worst trace (${worst(ofBest).name})`,
      three(ofBest(worst(ofBest))),
      `at most ${OF_BEST}`,
      ofBest(worst(ofBest)) <= OF_BEST,
    ),
    target(
      `the same of the next run, from the profile (${worst(nextOfBest).name})`,
      three(nextOfBest(worst(nextOfBest))),
      `at most ${OF_BEST}`,
      nextOfBest(worst(nextOfBest)) <= OF_BEST,
    ),
    target(
      `learned over the default, worst trace (${worst(ofDefault).name})`,
      three(ofDefault(worst(ofDefault))),
      `at most ${OF_DEFAULT}`,
      ofDefault(worst(ofDefault)) <= OF_DEFAULT,
    ),
  ]
  if (!isWhole) return list
  const vectors = rows.find(({ name }) => name === 'growing vectors')
  const control = STRATEGIES.findIndex(({ name }) => name === 'next fit')
  const isLast = vectors !== undefined && Math.max(...vectors.fixed) === vectors.fixed[control]
  const won = rows.filter(({ isReal, learned, fixed }) => isReal && learned / fixed[fallback] < GAIN)
  const wins = won.map(({ name }) => name).join(', ') || 'none'
  list.push(target('next fit ends last on growing vectors', isLast ? 'yes' : 'no', 'yes', isLast))
  list.push({
    what: 'real traces on which learning won more than 2 %',
    measured: wins,
    wanted: 'told',
    state: 'met',
  })
  return list
}

const three = (figure: number) => figure.toFixed(3)
