/**
 * ELO (Elo 1978) over strategies that met on the same work. A rating without a game is none: `ratingOf` says undefined,
 * and not 1500, until there was a match.
 */

/** Where everybody starts, and how much a game moves: while new, then. */
const START = 1500
const K_NEW = 32
const K = 16
const NEW_GAMES = 30
/** Scores closer than this are a draw. */
const DRAW = 0.005

export interface Standing {
  rating: number
  games: number
  wins: number
  losses: number
  draws: number
}

export class Elo {
  readonly standings: readonly Standing[]

  constructor(players: number) {
    this.standings = Array.from({ length: players }, () => ({
      rating: START,
      games: 0,
      wins: 0,
      losses: 0,
      draws: 0,
    }))
  }

  ratingOf(player: number): number | undefined {
    const { games, rating } = this.standings[player]
    return games === 0 ? undefined : rating
  }

  /** Everybody meets everybody; the higher score wins. Ratings move at once, so that the order of games is no matter. */
  round(scores: readonly number[]): void {
    const before = this.standings.map(({ rating }) => rating)
    this.standings.forEach((own, a) => {
      let gain = 0
      scores.forEach((score, b) => {
        if (a === b) return
        const difference = scores[a] - score
        const result = Math.abs(difference) < DRAW ? 0.5 : difference > 0 ? 1 : 0
        gain += result - 1 / (1 + 10 ** ((before[b] - before[a]) / 400))
        if (result === 1) own.wins++
        else if (result === 0) own.losses++
        else own.draws++
      })
      // One round counts as one game of its average result would: its games are not independent.
      own.rating += ((own.games < NEW_GAMES ? K_NEW : K) * gain) / (scores.length - 1)
      own.games += scores.length - 1
    })
  }
}
