/** What the bandits keep of their arms: how often each was played, what it brought on average, and the common noise. */

export interface Bandit {
  /** The arm to play next. */
  choose(): number
  /** What playing `arm` brought, 0 to 1. */
  reward(arm: number, value: number): void
}

/** Least noise that is believed in, in units of reward: a few equal figures prove no exactness. */
const LEAST_NOISE = 1e-4

export class Arms {
  readonly pulls: Float64Array
  readonly means: Float64Array
  /** Sum of squared deviations from their arm's mean, over all arms, and the degrees of freedom that it has. */
  private squares = 0
  private freedom = 0

  /** `before`: arms of another time, whose noise is taken over. */
  constructor(count: number, before?: Arms) {
    this.pulls = new Float64Array(count)
    this.means = new Float64Array(count)
    if (before === undefined) return
    this.squares = before.squares
    this.freedom = before.freedom
  }

  /** After Welford (1962). */
  add(arm: number, value: number): void {
    const difference = value - this.means[arm]
    if (this.pulls[arm] > 0) this.freedom += 1
    this.pulls[arm] += 1
    this.means[arm] += difference / this.pulls[arm]
    this.squares += difference * (value - this.means[arm])
  }

  /** Plays in all. */
  get plays(): number {
    return this.pulls.reduce((sum, pulls) => sum + pulls, 0)
  }

  /** Standard deviation of a reward about its arm's mean, pooled over the arms. */
  get noise(): number {
    return this.freedom === 0 ? 1 : Math.max(LEAST_NOISE, Math.sqrt(this.squares / this.freedom))
  }

  /** The arm of those given that the measure is highest for, the first of equals. */
  best(arms: readonly number[], measure: (arm: number) => number): number {
    let best = arms[0]
    for (const arm of arms) if (measure(arm) > measure(best)) best = arm
    return best
  }
}
