/**
 * Placement: every strategy on every trace, and what learning makes of it.
 *
 * `learned` is a heap that learns, and may adopt another strategy as the trace goes on; `next run` is the same trace again
 * with the profile that it left. High-water marks are exact. Synthetic traces are drawn with eight seeds, because the mark
 * of one is set by a few long requests; the table has the means. `in time` is the bound of adoption: what it could do at
 * best that begins with best fit and knows beforehand what to adopt. Speed is that of the allocator alone, in turn, as
 * the ratio to best fit with its interval.
 */

import { KNOBS, layout } from '@hakmem/arena'
import { DEFAULT_STRATEGY, FIRST_STRATEGY, STRATEGIES } from '@hakmem/learning'
import { mean } from 'simple-statistics'
import { estimate } from '../statistics.ts'
import { recordedTraces } from './codec.ts'
import { highWaterBySites, playFixed, playFrozen, playLearning, playPinned, playTold } from './replay.ts'
import { syntheticTraces } from './synthetic.ts'
import { FREE, MALLOC, type Trace } from './trace.ts'
import { type Section, type Table, target } from './verdict.ts'

/** None by which a strategy or the guard was chosen. */
const SEEDS = [41, 42, 43, 44, 45, 46, 47, 48]
const STEPS = 12_000
const SPEED_ROUNDS = 5
/** Events that a round plays at least: short traces several times. */
const SPEED_EVENTS = 20_000

/** Targets: of the best fixed strategy in hindsight, of the default, and of what a gain is. */
const OF_BEST = 1.02
const OF_DEFAULT = 1.01
const GAIN = 0.98
/** How much more the one must have needed before anybody can see that the other is better. */
const LEAD = 1.03

const FALLBACK = STRATEGIES.indexOf(DEFAULT_STRATEGY)

const TIMED = [...STRATEGIES, STRATEGIES[0]]

interface Row {
  readonly name: string
  readonly isReal: boolean
  /** High-water marks, by strategy and drawn trace. */
  readonly fixed: readonly (readonly number[])[]
  /** The same by drawn trace. */
  readonly learned: readonly number[]
  readonly next: readonly number[]
  readonly frozen: readonly number[]
  /** Of a frozen heap with the smallest caches. */
  readonly lean: readonly number[]
  readonly told: readonly number[]
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
  const tables = [
    {
      head: [
        'bytes ever used / most live',
        ...names,
        'learned',
        'next run',
        'frozen heap',
        'its caches at 1/8',
      ],
      rows: rows.map(({ name, fixed, learned, next, frozen, lean }) => [
        name,
        ...[...fixed, learned, next, frozen, lean].map((marks) => three(mean(marks))),
      ]),
    },
    {
      head: ['time / that of best fit', ...names.slice(1), 'best fit again'],
      rows: rows.map(({ name, speeds }) => [name, ...speeds.slice(1)]),
    },
    gains(rows),
  ]
  return { title: 'Placement', tables, targets: targets(rows, traces === undefined) }
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
    traces.map((trace) => {
      const outcome = playFixed(trace, strategy)
      requireCounted(trace, outcome.operations)
      return strategy.atEnd === undefined ? outcome.highWater : highWaterBySites(trace, strategy)
    }),
  )
  const learned = traces.map((trace) => playLearning(trace))
  const best = bestOf(fixed)
  return {
    name: traces[0].name,
    isReal,
    fixed,
    learned: learned.map(({ highWater }) => highWater),
    next: traces.map((trace, k) => playPinned(trace, learned[k].stage.arena.H[layout.H_POLICY]).highWater),
    frozen: traces.map((trace) => playFrozen(trace, 1)),
    lean: traces.map((trace) => playFrozen(trace, Math.min(...KNOBS.cap))),
    told: traces.map((trace) => playTold(trace, FALLBACK, best, LEAD)),
    speeds: speedsOn(traces[0]),
  }
}

/** Index of the strategy with the lowest mark. */
function bestOf(fixed: Row['fixed']): number {
  const marks = fixed.map((drawn) => mean(drawn))
  return marks.indexOf(Math.min(...marks))
}

/** hakmem's benchmark once measured another allocator for a whole round: here the heap's own counters must agree. */
function requireCounted(trace: Trace, operations: number): void {
  const least = trace.kinds.filter((kind) => kind === MALLOC || kind === FREE).length
  if (operations < least)
    throw new Error(`${trace.name}: the heap counted ${operations} of ${least} operations`)
}

/** By strategy, each in turn in each round: the ratio to the first, which comes last once more (A/A). */
function speedsOn(trace: Trace): string[] {
  const plays = Array.from({ length: Math.ceil(SPEED_EVENTS / trace.kinds.length) })
  const rounds = Array.from({ length: SPEED_ROUNDS + 1 }, () =>
    TIMED.map((strategy) => mean(plays.map(() => playFixed(trace, strategy).nanoseconds))),
  ).slice(1)
  return TIMED.map((_, k) => {
    const { median, low, high } = estimate([rounds.map((figures) => figures[k] / figures[0])])
    return `${median.toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)})`
  })
}

function gains(rows: readonly Row[]): Table {
  const changes = rows.map(({ name, fixed, learned, next, frozen, told }) => [
    name,
    ...[fixed[bestOf(fixed)], told, learned, next, frozen].map((marks) => change(marks, fixed[FALLBACK])),
  ])
  return {
    head: ['memory against best fit', 'best fixed', 'adopted in time', 'learned', 'next run', 'frozen heap'],
    rows: changes,
  }
}

/** Of drawn traces with the interval of their ratios. */
function change(marks: readonly number[], base: readonly number[]): string {
  const percent = (ratio: number) => ((ratio - 1) * 100).toFixed(1)
  const whole = `${percent(mean(marks) / mean(base))} %`
  if (marks.length === 1) return whole
  const { low, high } = estimate([marks.map((mark, k) => mark / base[k])])
  return `${whole} (${percent(low)} to ${percent(high)})`
}

function targets(rows: readonly Row[], isWhole: boolean) {
  const worst = (of: (row: Row) => number) => rows.reduce((one, other) => (of(other) > of(one) ? other : one))
  const over = (marks: readonly number[], base: readonly number[]) => mean(marks) / mean(base)
  const first = STRATEGIES.indexOf(FIRST_STRATEGY)
  const list = (
    [
      [
        'learned over the best fixed strategy in hindsight',
        OF_BEST,
        (row) => over(row.learned, row.fixed[bestOf(row.fixed)]),
      ],
      [
        'the same of the next run, from the profile',
        OF_BEST,
        (row) => over(row.next, row.fixed[bestOf(row.fixed)]),
      ],
      ['learned over the default', OF_DEFAULT, (row) => over(row.learned, row.fixed[FALLBACK])],
      ['learned over what it begins with', OF_DEFAULT, (row) => over(row.learned, row.fixed[first])],
    ] as [string, number, (row: Row) => number][]
  ).map(([what, most, of]) => {
    const row = worst(of)
    return target(`${what}, worst trace (${row.name})`, three(of(row)), `at most ${most}`, of(row) <= most)
  })
  if (!isWhole) return list
  const vectors = rows.find(({ name }) => name === 'growing vectors')
  const control = STRATEGIES.findIndex(({ name }) => name === 'next fit')
  const marks = vectors?.fixed.map((drawn) => mean(drawn)) ?? []
  const isLast = marks.length > 0 && Math.max(...marks) === marks[control]
  const won = rows.filter(({ isReal, learned, fixed }) => isReal && over(learned, fixed[FALLBACK]) < GAIN)
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
