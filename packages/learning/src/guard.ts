/**
 * The adoption guard: when another strategy may take over. Memory that a placement touched cannot be given back, so the
 * challenger must have won three epochs in a row, clearly, having needed clearly less memory so far, and while there is
 * room to be wrong. (Without the last but one, a trace of g++ took 4 % more memory than the default.)
 */

/** Epochs in a row that it must win, and by how much of score. */
const WINS = 3
const MARGIN = 0.02
/** Most of the memory of what is in force that it may have needed. */
const LESS = 0.95
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
      if (candidate.score > candidates[best].score && candidate.highWater <= LESS * own.highWater) best = k
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
