/**
 * What is computed from the figures: medians, their intervals, geometric means.
 *
 * Intervals are bootstrap percentiles (Efron 1979) of two levels: rounds of one process have more in common than
 * rounds of two, so processes are drawn first and rounds within them second (Kalibera and Jones, "Rigorous
 * benchmarking in reasonable time", 2013). The draws come from a generator with a fixed seed: the same figures
 * always give the same interval.
 */

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { logAverage, median, quantile, sampleWithReplacement } from 'simple-statistics'
import type { Estimate } from './figures.ts'

/** Rounds by launch. */
export type Launches = readonly (readonly number[])[]

const DRAWS = 1000
const TAIL = 0.025
const SEED = 20251

/** The median of all rounds. */
export function estimate(launches: Launches): Estimate {
  return within(median(launches.flat()), draws(launches, generator()))
}

/**
 * The geometric mean of the medians of several entries, each of which counts once: an entry with several figures (a
 * workload with one, two and four threads) is their geometric mean.
 */
export function geometricMean(entries: readonly (readonly Launches[])[]): Estimate {
  const random = generator()
  const drawn = entries.map((entry) => entry.map((launches) => draws(launches, random)))
  const over = (figure: (launches: Launches, entry: number, k: number) => number) =>
    logAverage(entries.map((entry, e) => logAverage(entry.map((launches, k) => figure(launches, e, k)))))
  return within(
    over((launches) => median(launches.flat())),
    Array.from({ length: DRAWS }, (_, draw) => over((_, e, k) => drawn[e][k][draw])),
  )
}

/** Middle half of the figures over their median: 0 if all are the same. */
export function spread(figures: readonly number[]): number {
  const [low, middle, high] = quantile(figures, [0.25, 0.5, 0.75])
  return (high - low) / middle
}

/** Medians of launches and rounds drawn anew. */
function draws(launches: Launches, random: () => number): number[] {
  return Array.from({ length: DRAWS }, () =>
    median(
      sampleWithReplacement([...launches], launches.length, random).flatMap((rounds) =>
        sampleWithReplacement([...rounds], rounds.length, random),
      ),
    ),
  )
}

function within(middle: number, drawn: readonly number[]): Estimate {
  const [low, high] = quantile(drawn, [TAIL, 1 - TAIL])
  return { median: middle, low, high }
}

function generator(): () => number {
  const state = xoroshiro128plus(SEED)
  return () => uniformFloat64(state)
}
