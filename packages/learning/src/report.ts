/** What `heap.policy()` tells: what is in force, why, and what was learned, with the games that it rests on. */

import { type Arena, KNOB_NAMES, KNOBS, type Knob, layout, load, type Mode } from '@hakmem/arena'
import { choiceOf, isPinned, type Knobs, knobsOf, nameOf } from './policy.ts'
import { STRATEGIES } from './strategies/index.ts'
import { lastTable, REASONS, type StrategyRow } from './tables.ts'

export interface PolicyReport {
  readonly mode: Mode
  /** Placement of blocks of 64 KiB and more, and why it is this one. */
  readonly strategy: string
  readonly reason: string
  /** The knobs in force; all but `bundle` and `shards` are factors of the default. */
  readonly knobs: Knobs
  readonly pinned: readonly ('strategy' | Knob)[]
  /** Id of the thread that learns; undefined if none does. */
  readonly leader: number | undefined
  readonly epoch: number
  /** How often lost events made the simulations start over. */
  readonly resets: number
  /** Best rating first; a strategy that has played no game has none. */
  readonly leaderboard: readonly ({ readonly strategy: string } & StrategyRow)[]
  /** What each setting of a knob brought (share of time not spent in slow paths), if it was tried. */
  readonly trials: readonly {
    readonly knob: Knob
    readonly value: number
    readonly pulls: number
    readonly mean: number
  }[]
}

/** Any thread, any time. */
export function report(arena: Arena): PolicyReport {
  const choice = choiceOf(load(arena.H, layout.H_POLICY))
  const table = lastTable(arena)
  const pinned = (['strategy', ...KNOB_NAMES] as const).filter((what) => isPinned(arena, what))
  const leader = load(arena.H, layout.H_LEADER)
  const rows = STRATEGIES.map(({ name }, k) => ({ strategy: name, ...(table?.strategies[k] ?? UNPLAYED) }))
  return {
    mode: arena.mode,
    strategy: nameOf(choice.strategy),
    reason: reasonOf(arena, pinned.includes('strategy'), table?.reason ?? 0),
    knobs: knobsOf(choice.setting),
    pinned,
    leader: leader > 0 ? leader - 1 : undefined,
    epoch: table?.epoch ?? 0,
    resets: table?.resets ?? 0,
    leaderboard: rows.sort((a, b) => (b.rating ?? 0) - (a.rating ?? 0)),
    trials: KNOB_NAMES.flatMap((knob, k) =>
      KNOBS[knob].flatMap((value, arm) => {
        const trial = table?.arms[k][arm]
        return trial === undefined || trial.pulls === 0 ? [] : [{ knob, value, ...trial }]
      }),
    ),
  }
}

const UNPLAYED: StrategyRow = {
  rating: undefined,
  games: 0,
  wins: 0,
  losses: 0,
  draws: 0,
  highWater: undefined,
}

function reasonOf(arena: Arena, isPinned: boolean, reason: number): string {
  if (arena.mode === 'off') return "learning is 'off': the default, for good"
  if (isPinned) return 'it is pinned'
  if (arena.mode === 'frozen') return "learning is 'frozen': the default, or what was imported"
  return REASONS[reason] ?? REASONS[0]
}
