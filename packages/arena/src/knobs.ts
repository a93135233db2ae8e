/**
 * Knobs: the settings that may change while the heap runs, packed into one policy word beside the placement strategy.
 *
 * A knob has a few settings by index; index 0 is the default, so that the word 0 is the default of everything. All but
 * `bundle` and `shards` scale what the tiers set at attach, so that one setting makes sense for every size class. An
 * owner follows the word when a slow path begins (`ThreadRecord.enter`): setting a knob changes no live block, only what the
 * next refill, flush, claim or announcement does, and can be taken back. A cache whose room changes is emptied first.
 *
 *     bits 0..3 strategy | 3 bits for each knob | 22..30 count of changes
 */

import { glance } from '#ordering'
import type { Arena } from './arena.ts'
import { MID_CLASSES, SMALL_CLASSES } from './classes.ts'
import { H_CANARY, H_TRIAL, R_BUNDLE, R_RUSH, R_SHARD, R_TARGET, R_YIELD } from './layout.ts'
import type { Slabs } from './slabs.ts'

/** Each knob's settings; the first is the default. */
export const KNOBS = {
  /** Blocks that a refill takes, times. */
  refill: [1, 0.25, 0.5, 2, 4],
  /** Blocks that a refill from a fresh run takes beyond that, times. */
  rush: [1, 0, 0.5, 2, 4],
  /** Entries that a cache may have, times. */
  cap: [1, 0.5, 0.25, 0.125],
  /** Blocks that make a run worth sweeping, times. */
  yield: [1, 0, 0.5, 2],
  /** Announcements of freed mid and large blocks that go to their owner at once. */
  bundle: [1, 8, 32, 64],
  /** Shards that the records are dealt to in turn. */
  shards: [1, 2, 4, 8],
} as const

export type Knob = keyof typeof KNOBS
/** The setting of each knob, by index. */
export type Setting = Record<Knob, number>

export const KNOB_NAMES = Object.keys(KNOBS) as Knob[]

const STRATEGY_BITS = 4
const KNOB_BITS = 3
const CHANGES = 1 << 22

/** The policy word of a strategy (by index) and a setting, its count of changes 0. */
export function packPolicy(strategy: number, setting: Partial<Setting>): number {
  return KNOB_NAMES.reduce(
    (word, knob, k) => word | ((setting[knob] ?? 0) << (STRATEGY_BITS + KNOB_BITS * k)),
    strategy,
  )
}

/** Index of the strategy in a policy word. */
export const strategyOf = (word: number): number => word & (2 ** STRATEGY_BITS - 1)

/** The setting in a policy word. A word that nobody packed may hold indexes that no knob has: those are 0. */
export function settingOf(word: number): Setting {
  return Object.fromEntries(KNOB_NAMES.map((knob, k) => [knob, indexAt(word, k)])) as Setting
}

/** `policy` with another count of changes than `last` has, so that owners see it as new. */
export function nextPolicy(last: number, policy: number): number {
  const count = ((last >>> 22) + 1) & 0x1ff
  return (policy & (CHANGES - 1)) | (count << 22)
}

function indexAt(word: number, k: number): number {
  const index = (word >>> (STRATEGY_BITS + KNOB_BITS * k)) & (2 ** KNOB_BITS - 1)
  return index < KNOBS[KNOB_NAMES[k]].length ? index : 0
}

/** Entries of a cache of at most `cap` under a setting of its knob. */
function roomOf(cap: number, factor: number): number {
  return Math.min(cap, Math.max(2, Math.floor(cap * factor)))
}

/**
 * The first class whose room is not that of the setting which most classes agree with, 0 if there is none. `mixed`: it may
 * be that of any setting.
 */
export function oddRoom(caps: Int32Array, roomOfClass: (c: number) => number, mixed: boolean): number {
  let fewest = SMALL_CLASSES + 1
  let first = 0
  for (const setting of KNOBS.cap) {
    let odd = 0
    let at = 0
    for (let c = SMALL_CLASSES; c >= 1; c--) {
      const room = roomOfClass(c)
      // Closed: a strategy other than the default is to see every large request.
      if (c > MID_CLASSES && room === 0) continue
      const isRight = (factor: number) => roomOf(caps[c], factor) === room
      if (mixed ? KNOBS.cap.some(isRight) : isRight(setting)) continue
      odd++
      at = c
    }
    if (odd >= fewest) continue
    fewest = odd
    first = at
  }
  return first
}

/** Makes a record follow the policy word. Owner only. */
export class Follower {
  private readonly arena: Arena
  private readonly at: number
  private readonly slot: number
  private readonly slabs: Slabs
  /** What the tiers had set, when the first word was followed. */
  private base: Int32Array | undefined
  /** Index of the placement strategy followed. */
  strategy = 0
  /** Shard that the thread asked for, from 0; the shards knob does not move it then. */
  shard: number | undefined

  constructor(arena: Arena, record: number, slot: number, slabs: Slabs) {
    this.arena = arena
    this.at = record
    this.slot = slot
    this.slabs = slabs
  }

  /** Follows `word`, which is H_POLICY. */
  follow(word: number): void {
    const { W, H } = this.arena
    const canaries = glance(H, H_CANARY)
    const isCanary = canaries !== 0 && this.slot + 1 >= canaries
    const policy = isCanary ? glance(H, H_TRIAL) : word
    this.strategy = strategyOf(policy)
    this.base ??= W.slice(this.at + R_TARGET, this.at + R_YIELD + SMALL_CLASSES + 1)
    const setting = settingOf(policy)
    this.scale(R_TARGET, KNOBS.refill[setting.refill], 1)
    this.scale(R_RUSH, KNOBS.rush[setting.rush], 0)
    this.scale(R_YIELD, KNOBS.yield[setting.yield], 1)
    // A strategy other than the default is to see every large request, and who learns from a canary as well.
    this.cap(KNOBS.cap[setting.cap], this.strategy === 0 && !isCanary)
    W[this.at + R_BUNDLE] = KNOBS.bundle[setting.bundle]
    const width = KNOBS.shards[setting.shards]
    W[this.at + R_SHARD] =
      this.shard !== undefined ? this.shard + 1 : width === 1 ? 0 : (this.slot % width) + 1
  }

  private scale(words: number, factor: number, least: number): void {
    const { W, geometry } = this.arena
    const { caps } = geometry
    const base = this.base ?? W
    for (let c = 1; c <= SMALL_CLASSES; c++) {
      const scaled = Math.round(base[words - R_TARGET + c] * factor)
      W[this.at + words + c] = Math.max(least, words === R_TARGET ? Math.min(caps[c], scaled) : scaled)
    }
  }

  /** `large`: whether large blocks are cached at all. */
  private cap(factor: number, large: boolean): void {
    const { caps } = this.arena.geometry
    for (let c = 1; c <= SMALL_CLASSES; c++) {
      this.slabs.setRoom(c, large || c <= MID_CLASSES ? roomOf(caps[c], factor) : 0)
    }
  }
}
