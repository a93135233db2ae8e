// The bandits, on made-up arms with seeded noise.

import { KNOB_NAMES, KNOBS, settingOf } from '@hakmem/arena'
import { type Bandit, distance, PageHinkley, Tuner, Tuning, Ucb1 } from '@hakmem/learning/learn'
import { assert, suite } from '@hakmem/testing'

const ARMS = 8
const NOISE = 0.06

function noise(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1)
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 0) / 2 ** 32
  }
  return () => NOISE * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
}

/** Plays `epochs` and returns the regret per epoch. */
function play(
  bandit: Bandit,
  epochs: number,
  bestAt: (epoch: number) => number,
  seed: number,
  gap = 0.15,
): number {
  const random = noise(seed)
  let regret = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    const arm = bandit.choose()
    const loss = arm === bestAt(epoch) ? 0 : gap
    regret += loss
    bandit.reward(arm, 0.6 - loss + random())
  }
  return regret / epochs
}

const test = suite('the tuner')

test('finds the best arm, freezes there, and regrets little', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const tuner = new Tuner(ARMS)
    const best = seed % ARMS
    const regret = play(tuner, 200, () => best, seed)
    assert.ok(tuner.isFrozen)
    assert.ok(regret < 0.05, `${regret} with seed ${seed}`)
  }
})

test('does better than the textbook where noise is small', () => {
  const regret = (make: () => Bandit) => {
    let sum = 0
    for (let seed = 1; seed <= 20; seed++) sum += play(make(), 400, () => seed % ARMS, seed)
    return sum / 20
  }
  assert.ok(regret(() => new Tuner(ARMS)) < 0.3 * regret(() => new Ucb1(ARMS)))
})

test('stays home when all arms are the same', () => {
  let switches = 0
  for (let seed = 1; seed <= 100; seed++) {
    const tuner = new Tuner(ARMS, 3)
    play(tuner, 400, () => 0, seed, 0)
    assert.ok(tuner.isFrozen)
    if (tuner.settled !== 3) switches++
  }
  assert.ok(switches <= 8, `${switches} of 100`)
})

test('notices when the arm that it froze gets worse, and finds the next best', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const tuner = new Tuner(ARMS)
    play(tuner, 300, (epoch) => (epoch < 150 ? 2 : 5), seed)
    assert.ok(tuner.changes >= 1)
  }
})

test('while it explores, what is settled is home', () => {
  const tuner = new Tuner(4, 2)
  assert.is(tuner.choose(), 2)
  tuner.reward(2, 0.1)
  assert.is(tuner.settled, 2)
  assert.not(tuner.isFrozen)
})

test('equal figures to the last digit do not make it sure of nothing', () => {
  const tuner = new Tuner(4)
  for (let k = 0; k < 200; k++) tuner.reward(tuner.choose(), 0.5)
  assert.ok(tuner.isFrozen)
  assert.is(tuner.settled, 0)
})

test.run()

const changes = suite('change')

changes('a fall is found within a few rewards, noise is not one', () => {
  const steady = new PageHinkley(0.6, 30, NOISE)
  const random = noise(5)
  for (let k = 0; k < 1000; k++) assert.not(steady.isFall(0.6 + random()))
  const falling = new PageHinkley(0.6, 30, NOISE)
  let rewards = 1
  while (!falling.isFall(0.45 + random())) rewards++
  assert.ok(rewards < 10, `${rewards}`)
})

changes('a rise is none', () => {
  const watch = new PageHinkley(0.6, 30, NOISE)
  for (let k = 0; k < 100; k++) assert.not(watch.isFall(0.9))
})

changes('distributions are 0 apart if equal, 1 if disjoint, whatever their sums', () => {
  assert.is(distance([1, 2, 3], [10, 20, 30]), 0)
  assert.is(distance([5, 0], [0, 1]), 1)
  assert.is(distance([1, 1], [1, 0]), 0.5)
  assert.is(distance([0, 0], [1, 0]), 0)
})

changes.run()

const tunings = suite('tuning')

const start = settingOf(0)

/** A world in which one setting of one knob is better than all others. */
function world(
  knob: (typeof KNOB_NAMES)[number],
  best: number,
  tuning: Tuning,
  epochs: number,
  seed: number,
): void {
  const random = noise(seed)
  for (let k = 0; k < epochs; k++) {
    const setting = tuning.trial(start)
    tuning.reward((setting[knob] === best ? 0.8 : 0.6) + 0.2 * random())
  }
}

tunings('goes through the knobs until all are settled, at the best of each', () => {
  const tuning = new Tuning(start, () => false)
  world('cap', 2, tuning, 600, 1)
  assert.equal(tuning.settled(start), { ...start, cap: 2 })
  assert.equal(tuning.trial(start), tuning.settled(start))
})

tunings('leaves what is pinned alone', () => {
  const tuning = new Tuning(start, (knob) => knob === 'cap')
  const pinned = { ...start, cap: 3 }
  for (let k = 0; k < 400; k++) {
    assert.is(tuning.trial(pinned).cap, 3)
    tuning.reward(0.5)
  }
  assert.equal(tuning.trial(pinned), tuning.settled(pinned))
})

tunings('begins anew when it is told that the work has changed', () => {
  const tuning = new Tuning(start, () => false)
  world('refill', 1, tuning, 600, 2)
  assert.is(tuning.settled(start).refill, 1)
  tuning.restart()
  world('refill', 3, tuning, 600, 3)
  assert.is(tuning.settled(start).refill, 3)
})

tunings('counts what each setting brought', () => {
  const tuning = new Tuning(start, () => false)
  world('yield', 0, tuning, 600, 4)
  tuning.arms().forEach((arms, k) => {
    assert.is(arms.length, KNOBS[KNOB_NAMES[k]].length)
    for (const { pulls, mean } of arms) assert.ok(pulls > 0 && mean > 0 && mean < 1)
  })
})

tunings.run()
