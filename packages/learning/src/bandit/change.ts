/**
 * Change detection: whether rewards fell below what they were (Page 1954, Hinkley 1971), and how far two distributions
 * of sizes are apart.
 */

/** In units of the noise: a fall that is let pass, and the sum of what exceeds it that is a change. */
const SLACK = 0.75
const LIMIT = 6
/** Rewards that make up what is compared with. */
const REFERENCE = 30

export class PageHinkley {
  private readonly noise: number
  private mean: number
  private seen: number
  private sum = 0

  /** Rewards so far were `mean` on average, over `seen` of them, with standard deviation `noise`. */
  constructor(mean: number, seen: number, noise: number) {
    this.mean = mean
    this.seen = seen
    this.noise = noise
  }

  /** Takes a reward; true if they have fallen for good. */
  isFall(value: number): boolean {
    this.sum = Math.max(0, this.sum + (this.mean - value) / this.noise - SLACK)
    if (this.seen < REFERENCE) this.mean += (value - this.mean) / ++this.seen
    return this.sum > LIMIT
  }
}

/** Half the sum of the differences of two distributions, given as counts: 0 for equal ones, 1 for disjoint ones. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [sumA, sumB] = [a, b].map((counts) => Array.from(counts).reduce((sum, count) => sum + count, 0))
  if (sumA === 0 || sumB === 0) return 0
  let difference = 0
  for (let k = 0; k < a.length; k++) difference += Math.abs(a[k] / sumA - b[k] / sumB)
  return difference / 2
}
