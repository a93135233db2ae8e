/**
 * Regret of the bandits on made-up arms: 8 arms, rewards in 0..1, one better by 0.15 than the rest, noise of standard
 * deviation 0.06, 400 epochs, 200 seeds; and the same with identical arms (A/A).
 */

import { type Bandit, Tuner, Ucb1 } from '@hakmem/learning/learn'
import { mean, quantile } from 'simple-statistics'
import { normal, uniform } from './random.ts'
import { type Section, target } from './verdict.ts'

const ARMS = 8
const GAP = 0.15
const NOISE = 0.06
const EPOCHS = 400
const SEEDS = 200
/** The best arm changes so often, in epochs; and it is found again when it was played so often in a row. */
const PHASE = 100
const FOUND = 10

/** Arms at random. */
class Uniform implements Bandit {
  private readonly random: () => number
  constructor(seed: number) {
    this.random = uniform(seed)
  }
  choose(): number {
    return Math.floor(this.random() * ARMS)
  }
  reward(): void {}
}

const BANDITS: Readonly<Record<string, (seed: number) => Bandit>> = {
  uniform: (seed) => new Uniform(seed),
  'UCB1, textbook': () => new Ucb1(ARMS),
  'UCB1, c = 3.5 x noise': () => new Ucb1(ARMS, 3.5 * NOISE),
  'the tuner': () => new Tuner(ARMS),
}

interface Play {
  readonly regret: number
  /** Epochs until the best arm was found again, by shift. */
  readonly recoveries: readonly number[]
}

function play(bandit: Bandit, seed: number, shifts: boolean): Play {
  const random = uniform(seed)
  const recoveries: number[] = []
  let best = Math.floor(random() * ARMS)
  let regret = 0
  let streak = 0
  let isFound = true
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    if (shifts && epoch > 0 && epoch % PHASE === 0) {
      if (!isFound) recoveries.push(PHASE)
      best = (best + 1 + Math.floor(random() * (ARMS - 1))) % ARMS
      streak = 0
      isFound = false
    }
    const arm = bandit.choose()
    const loss = arm === best ? 0 : GAP
    regret += loss
    bandit.reward(arm, Math.max(0, Math.min(1, 0.6 - loss + NOISE * normal(random))))
    streak = loss === 0 ? streak + 1 : 0
    if (!isFound && streak === FOUND) {
      isFound = true
      recoveries.push((epoch % PHASE) - FOUND + 1)
    }
  }
  if (!isFound) recoveries.push(PHASE)
  return { regret: regret / EPOCHS, recoveries }
}

/** Share of runs over identical arms in which the tuner ever settled on another than the default. */
function falseSwitches(): number {
  let switched = 0
  for (let seed = 1; seed <= SEEDS; seed++) {
    const random = uniform(seed)
    const tuner = new Tuner(ARMS)
    let left = false
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      tuner.reward(tuner.choose(), 0.6 + NOISE * normal(random))
      left ||= tuner.settled !== 0
    }
    if (left) switched++
  }
  return switched / SEEDS
}

export function regret(): Section {
  const seeds = Array.from({ length: SEEDS }, (_, k) => k + 1)
  const figures = Object.entries(BANDITS).map(([name, make]) => {
    const stationary = seeds.map((seed) => play(make(seed), seed, false).regret)
    const shifting = seeds.map((seed) => play(make(seed), seed, true))
    const recoveries = shifting.flatMap(({ recoveries }) => recoveries)
    return { name, stationary, moving: shifting.map(({ regret }) => regret), recoveries }
  })
  const four = (figures: readonly number[]) => {
    const [low, high] = quantile([...figures], [0.05, 0.95])
    return `${mean([...figures]).toFixed(4)} (${low.toFixed(3)}-${high.toFixed(3)})`
  }
  const table = {
    head: [
      'regret per epoch: mean (90 % of seeds)',
      'stationary',
      '3 shifts',
      'epochs to recover: mean',
      '90 % within',
    ],
    rows: figures.map(({ name, stationary, moving, recoveries }) => [
      name,
      four(stationary),
      four(moving),
      mean(recoveries).toFixed(1),
      quantile(recoveries, 0.9).toFixed(0),
    ]),
  }
  const tuner = figures[figures.length - 1]
  const [still, moving, recovery] = [tuner.stationary, tuner.moving, tuner.recoveries].map((list) =>
    mean(list),
  )
  const wrong = falseSwitches()
  return {
    title: 'Regret of the bandits',
    tables: [table],
    targets: [
      target('regret per epoch, stationary', still.toFixed(4), 'at most 0.025', still <= 0.025),
      target('regret per epoch, 3 shifts', moving.toFixed(4), 'at most 0.05', moving <= 0.05),
      target('epochs to recover from a shift, mean', recovery.toFixed(1), 'at most 30', recovery <= 30),
      target('identical arms: false switches', `${(wrong * 100).toFixed(1)} %`, 'at most 5 %', wrong <= 0.05),
    ],
  }
}
