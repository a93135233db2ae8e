/**
 * The adoption guard: when another strategy may take over. Memory that a placement touched cannot be given back, so the
 * challenger must have won three epochs in a row, clearly, without ever having needed more memory, and while there is
 * room to be wrong.
 */

/** Epochs in a row that it must win, and by how much of score. */
const WINS = 3
export const MARGIN = 0.02
/** Share of the heap that must be free. */
const FREE = 0.1

export interface Candidate {
  readonly score: number
  /** Pages that were ever used. */
  readonly highWater: number
}

export class Guard {
  private challenger = -1
  private wins = 0

  /** What to place by from now on: `current`, or the candidate that has earned it. `free`: share of the heap. */
  choose(candidates: readonly Candidate[], current: number, free: number): number {
    const own = candidates[current]
    let best = current
    candidates.forEach((candidate, k) => {
      if (candidate.score > candidates[best].score && candidate.highWater <= own.highWater) best = k
    })
    if (best === current || candidates[best].score < own.score + MARGIN || free < FREE) {
      this.challenger = -1
      this.wins = 0
      return current
    }
    this.wins = best === this.challenger ? this.wins + 1 : 1
    this.challenger = best
    if (this.wins < WINS) return current
    this.challenger = -1
    this.wins = 0
    return best
  }
}
