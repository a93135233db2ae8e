/**
 * UCB1 as in the textbook (Auer, Cesa-Bianchi and Fischer, 2002), for comparison: its exploration is scaled to rewards
 * that fill 0..1, so where noise is a sixteenth of that it explores for ever (docs/learning.md).
 */

import { Arms, type Bandit } from './arms.ts'

export class Ucb1 implements Bandit {
  private readonly arms: Arms
  private readonly all: readonly number[]
  private readonly width: number

  /** `width`: factor of the exploration term. */
  constructor(count: number, width = Math.SQRT2) {
    this.arms = new Arms(count)
    this.all = Array.from({ length: count }, (_, arm) => arm)
    this.width = width
  }

  choose(): number {
    const { pulls, means, plays } = this.arms
    const fresh = this.all.find((arm) => pulls[arm] === 0)
    if (fresh !== undefined) return fresh
    return this.arms.best(
      this.all,
      (arm) => means[arm] + this.width * Math.sqrt(Math.log(plays) / pulls[arm]),
    )
  }

  reward(arm: number, value: number): void {
    this.arms.add(arm, value)
  }
}
