/**
 * The bandit that sets a knob: UCB1 with its exploration scaled to the noise that it measures, elimination, freezing, and
 * a watch for change.
 *
 * One arm is home: the default, or what was imported. An arm is out once it lies below the best by more than
 * the noise explains; home needs more proof than the others, because leaving it for nothing is the costlier mistake. When
 * one arm is left, or none can be told apart within a bounded number of plays (then it is home), the tuner freezes: it
 * plays that arm alone, and watches its rewards. A fall, or a caller who says that the work has changed, starts it over.
 */

import { Arms, type Bandit } from './arms.ts'
import { PageHinkley } from './change.ts'

/** Factor of the measured noise in the exploration term. */
const WIDTH = 3.5
/** Plays of each arm before any is judged, as long as the noise is unknown; then one is enough. */
const WARM_UP = 2
/** Differences, in standard errors, that put an arm out: any other than home, home. */
const PROOF = 2.3
const PROOF_OF_HOME = 4.5
/** Plays per arm after which what is not told apart is the same. */
const PATIENCE = 12

export class Tuner implements Bandit {
  private arms: Arms
  private active: number[]
  private watch: PageHinkley | undefined
  private readonly count: number
  private readonly home: number
  private start: number
  private warmUp = WARM_UP
  /** How often it started over. */
  changes = 0

  constructor(count: number, home = 0) {
    this.count = count
    this.home = home
    this.start = home
    this.arms = new Arms(count)
    this.active = this.all()
  }

  get isFrozen(): boolean {
    return this.watch !== undefined
  }

  /** The frozen arm; while it explores, home. */
  get settled(): number {
    return this.isFrozen ? this.active[0] : this.home
  }

  pullsOf(arm: number): number {
    return this.arms.pulls[arm]
  }

  meanOf(arm: number): number {
    return this.arms.means[arm]
  }

  choose(): number {
    if (this.isFrozen) return this.active[0]
    const { pulls, means, plays, noise } = this.arms
    // From the arm last frozen on, in turn: after a change nothing else is known.
    for (let k = 0; k < this.count; k++) {
      const arm = (this.start + k) % this.count
      if (this.active.includes(arm) && pulls[arm] < this.warmUp) return arm
    }
    return this.arms.best(
      this.active,
      (arm) => means[arm] + WIDTH * noise * Math.sqrt(Math.log(plays) / pulls[arm]),
    )
  }

  reward(arm: number, value: number): void {
    if (this.watch !== undefined) {
      if (this.watch.isFall(value)) this.restart()
      return
    }
    this.arms.add(arm, value)
    this.eliminate()
    if (this.active.length > 1 && this.arms.plays >= PATIENCE * this.count) {
      const { means } = this.arms
      const isHome = this.active.includes(this.home)
      this.active = [isHome ? this.home : this.arms.best(this.active, (k) => means[k])]
    }
    if (this.active.length === 1) this.freeze()
  }

  /** The work has changed: all is forgotten. */
  restart(): void {
    this.start = this.active[0]
    this.arms = new Arms(this.count, this.arms)
    this.active = this.all()
    this.watch = undefined
    this.warmUp = 1
    this.changes++
  }

  private all(): number[] {
    return Array.from({ length: this.count }, (_, arm) => arm)
  }

  private eliminate(): void {
    const { pulls, means, noise } = this.arms
    const judged = this.active.filter((arm) => pulls[arm] >= this.warmUp)
    if (judged.length === 0) return
    const best = this.arms.best(judged, (arm) => means[arm])
    this.active = this.active.filter((arm) => {
      if (arm === best || pulls[arm] < this.warmUp) return true
      const error = noise * Math.sqrt(1 / pulls[arm] + 1 / pulls[best])
      return means[best] - means[arm] <= (arm === this.home ? PROOF_OF_HOME : PROOF) * error
    })
  }

  private freeze(): void {
    const [arm] = this.active
    this.watch = new PageHinkley(this.arms.means[arm], this.arms.pulls[arm], this.arms.noise)
  }
}
