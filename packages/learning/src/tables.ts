/**
 * What was learned, in the buffer, for any thread to read: two tables that the leader fills in turn. Table n is at place
 * n mod 2 and is published by the store of n. So the last table stays whole whenever the leader dies; a reader that finds
 * n unchanged behind its reading has read one table.
 *
 *     epoch, resets, reason | strategies: rating x 16, games, wins, losses, high-water mark x 1000 | arms: pulls, mean x 10^6
 *
 * Draws are what is left of the games. Arms are in the order of `KNOBS`.
 */

import { type Arena, KNOB_NAMES, KNOBS, layout, load, store } from '@hakmem/arena'
import { STRATEGIES } from './strategies/index.ts'

/** Why the strategy is what it is. The order is that of the numbers in the table. */
export const REASONS = [
  'no epoch has ended yet',
  'no other strategy was clearly better, with clearly less memory, three times in a row',
  'it won three epochs in a row with clearly less memory',
  'it is pinned',
  'events were lost, so the ghosts started over',
] as const

const HEAD = 3
const STRATEGY_WORDS = 5
const ARM_WORDS = 2
const RATING = 16
const MARK = 1000
const MEAN = 1e6
/** Readings that a reader tries; the leader publishes once an epoch. */
const TRIES = 8

export interface StrategyRow {
  /** undefined: it has played no game. */
  readonly rating: number | undefined
  readonly games: number
  readonly wins: number
  readonly losses: number
  readonly draws: number
  /** High-water mark of its ghost over the most that was live; undefined: nothing was seen. */
  readonly highWater: number | undefined
}

export interface Table {
  readonly epoch: number
  /** How often lost events made the ghosts start over. */
  readonly resets: number
  /** Index of REASONS. */
  readonly reason: number
  readonly strategies: readonly StrategyRow[]
  /** By knob and arm. */
  readonly arms: readonly (readonly { readonly pulls: number; readonly mean: number }[])[]
}

/** The leader only. */
export function publish(arena: Arena, { epoch, resets, reason, strategies, arms }: Table): void {
  const { H } = arena
  const number = load(H, layout.H_TABLES) + 1
  let at = placeOf(number)
  for (const word of [epoch, resets, reason]) H[at++] = word
  for (const { rating = 0, games, wins, losses, highWater = 0 } of strategies) {
    for (const word of [rating * RATING, games, wins, losses, highWater * MARK]) H[at++] = Math.round(word)
  }
  for (const { pulls, mean } of arms.flat()) {
    H[at++] = pulls
    H[at++] = Math.round(mean * MEAN)
  }
  // Releases the table; partner: the loads of `lastTable`.
  store(H, layout.H_TABLES, number)
}

/** The table published last; undefined if there is none. Any thread. */
export function lastTable(arena: Arena): Table | undefined {
  for (let k = 0; k < TRIES; k++) {
    const number = load(arena.H, layout.H_TABLES)
    if (number === 0) return undefined
    const table = read(arena, number)
    if (load(arena.H, layout.H_TABLES) === number) return table
  }
  return undefined
}

function read({ H }: Arena, number: number): Table {
  const from = placeOf(number)
  const strategies = STRATEGIES.map((_, k): StrategyRow => {
    const at = from + HEAD + k * STRATEGY_WORDS
    const [games, wins, losses] = [H[at + 1], H[at + 2], H[at + 3]]
    return {
      rating: games === 0 ? undefined : H[at] / RATING,
      games,
      wins,
      losses,
      draws: games - wins - losses,
      highWater: H[at + 4] === 0 ? undefined : H[at + 4] / MARK,
    }
  })
  let at = from + HEAD + STRATEGIES.length * STRATEGY_WORDS
  const arms = KNOB_NAMES.map((knob) =>
    KNOBS[knob].map(() => {
      const arm = { pulls: H[at], mean: H[at + 1] / MEAN }
      at += ARM_WORDS
      return arm
    }),
  )
  return { epoch: H[from], resets: H[from + 1], reason: H[from + 2], strategies, arms }
}

function placeOf(number: number): number {
  return layout.H_TABLE + (number & 1) * layout.TABLE_WORDS
}
