/**
 * The leader: the thread that learns for all. It reads what the others did, plays it to the ghosts, rates the strategies,
 * sets the knobs, and publishes what came of it, step by step as its host calls it; never on a path of malloc or free.
 *
 * Of a canary's heap it learns from the canaries alone, a twentieth of the threads: only they tell what they do and follow
 * what is on trial; the others run as if frozen, at what is settled.
 *
 * It keeps to a budget, a hundredth of the time by the clock that it is given. Beyond it the leader stops asking for
 * events until it has caught up; the ghosts then start over, so that under a heavy load it judges windows, not the whole.
 *
 * Everything here is the leader's own and dies with it. What outlives it is in the buffer: the policy word and the last
 * table. Its successor starts with the settings in force, and with new ratings.
 */

import {
  type Arena,
  EventReader,
  type Knob,
  layout,
  load,
  packPolicy,
  type Setting,
  store,
} from '@hakmem/arena'
import { distance } from './bandit/change.ts'
import { Efforts } from './effort.ts'
import { Elo } from './elo.ts'
import { Guard } from './guard.ts'
import { Herd } from './herd.ts'
import { dropLease, takeLease } from './lease.ts'
import { changePolicy, choiceOf, isPinned } from './policy.ts'
import { STRATEGIES } from './strategies/index.ts'
import { publish } from './tables.ts'
import { Tuning } from './tuning.ts'

/** An epoch ends after so many milliseconds, or large events; with fewer than LEAST_EVENTS no strategies are rated. */
const EPOCH_MS = 1000
const EPOCH_EVENTS = 4096
const LEAST_EVENTS = 64
/** Blocks through slow paths below which an epoch says nothing about the knobs. */
const LEAST_BLOCKS = 1000
/** Share of the time that the leader may take, and milliseconds that it may be ahead. */
const BUDGET = 0.01
const AHEAD_MS = 50
/** Distance of the distributions of sizes that is a change of work. */
const SHIFT = 0.25
/** One of so many threads is a canary, rounded up. */
const FLOCK = 20
/** Share of the heap that must be free for anything to be tried. */
const FREE = 0.1

/** Indexes of `REASONS`. */
const [NOT_BETTER, ADOPTED, , LOST] = [1, 2, 3, 4]

/** Milliseconds on a clock that never goes back. */
export type Clock = () => number

interface Learned {
  readonly herd: Herd
  readonly elo: Elo
  readonly guard: Guard
  readonly tuning: Tuning
  readonly efforts: Efforts
}

export class Leader {
  private readonly arena: Arena
  private readonly thread: number
  private readonly clock: Clock
  private readonly readers: EventReader[]
  private learned: Learned | undefined
  private epoch = 0
  private epochStart = 0
  private events = 0
  private reason = 0
  private sizes: Float64Array | undefined
  /** When it began to lead, and the time that it took since. */
  private start = 0
  private spent = 0
  private isAsking = false
  /** It learns from the records from this slot on. */
  private first = 0

  /** For the thread with this id. It leads from the first `step` on that finds no other leader. */
  constructor(arena: Arena, thread: number, clock: Clock) {
    this.arena = arena
    this.thread = thread
    this.clock = clock
    this.readers = Array.from({ length: arena.geometry.threads }, (_, slot) => new EventReader(arena, slot))
  }

  /** Does what there is to do now. True if an epoch ended. Bounded by what the rings hold. */
  step(): boolean {
    const now = this.clock()
    if (this.learned === undefined) {
      if (!takeLease(this.arena, this.thread)) return false
      this.begin(now)
    }
    const { learned } = this
    if (learned === undefined) return false
    this.listen(learned, now)
    const isOver = now - this.epochStart >= EPOCH_MS || this.events >= EPOCH_EVENTS
    if (isOver) this.endEpoch(learned, now)
    this.spent += this.clock() - now
    return isOver
  }

  /** Stops asking, takes back what was on trial, and lets another thread lead. */
  resign(): void {
    const { learned } = this
    if (learned === undefined) return
    this.silence()
    this.learned = undefined
    store(this.arena.H, layout.H_CANARY, 0)
    this.follow((setting) => learned.tuning.settled(setting))
    dropLease(this.arena, this.thread)
  }

  private begin(now: number): void {
    const { arena } = this
    const { setting } = choiceOf(load(arena.H, layout.H_POLICY))
    this.learned = {
      herd: new Herd(arena, STRATEGIES),
      elo: new Elo(STRATEGIES.length),
      guard: new Guard(),
      tuning: new Tuning(setting, (knob: Knob) => isPinned(arena, knob)),
      efforts: new Efforts(arena),
    }
    // A leader that died may have left something on trial.
    store(arena.H, layout.H_CANARY, 0)
    this.first = this.firstSlot()
    this.start = now
    this.spent = 0
    this.epochStart = now
    const { tuning } = this.learned
    this.follow((setting) => tuning.trial(setting))
    this.ask()
  }

  private ask(): void {
    for (const reader of this.asked) reader.arm()
    this.isAsking = true
  }

  private get asked(): readonly EventReader[] {
    return this.readers.slice(this.first)
  }

  private silence(): void {
    for (const reader of this.readers) reader.disarm()
    this.isAsking = false
  }

  /** Plays what the rings hold to the ghosts. */
  private listen({ herd }: Learned, now: number): void {
    const ahead = this.spent - BUDGET * (now - this.start)
    if (!this.isAsking) {
      if (ahead > 0) return
      herd.reset()
      this.reason = LOST
      this.ask()
      return
    }
    let isLost = false
    this.asked.forEach((reader, k) => {
      this.events += reader.read(herd.listener(this.first + k), this.arena.geometry.events)
      isLost ||= reader.isLost()
    })
    if (isLost || ahead > AHEAD_MS) this.silence()
  }

  private endEpoch(learned: Learned, now: number): void {
    const { arena } = this
    const { herd, elo, guard, tuning } = learned
    const free = this.freeShare()
    const { strategy } = choiceOf(load(arena.H, layout.H_POLICY))
    const candidates = herd.candidates(strategy)
    let chosen = strategy
    if (this.events >= LEAST_EVENTS) {
      elo.round(candidates.map(({ score }) => score))
      chosen = guard.choose(candidates, strategy, free)
      if (chosen !== strategy) this.reason = ADOPTED
      else if (this.reason !== ADOPTED) this.reason = NOT_BETTER
      this.noteSizes(learned)
    }
    this.rewardKnobs(learned, now)
    this.pickCanaries(learned)
    const trial = free >= FREE
    this.follow((setting) => (trial ? tuning.trial(setting) : tuning.settled(setting)), chosen)
    arena.H.set(herd.publishSites(), layout.H_SITES)
    const peak = herd.peakPages
    publish(arena, {
      epoch: ++this.epoch,
      resets: herd.resets,
      reason: this.reason,
      strategies: candidates.map(({ highWater }, k) => ({
        ...elo.standings[k],
        rating: elo.ratingOf(k),
        highWater: peak === 0 ? undefined : highWater / peak,
      })),
      arms: tuning.arms(),
    })
    this.epochStart = now
    this.events = 0
  }

  /** A change of the sizes is a change of the work. */
  private noteSizes({ herd, tuning }: Learned): void {
    const sizes = herd.takeSizes()
    if (this.sizes !== undefined && distance(this.sizes, sizes) >= SHIFT) tuning.restart()
    this.sizes = sizes
  }

  /** The share of the time that was not spent in slow paths, by the records that follow what is on trial. */
  private rewardKnobs({ tuning, efforts }: Learned, now: number): void {
    let cost = 0
    let blocks = 0
    let records = 0
    for (let slot = 0; slot < this.readers.length; slot++) {
      const effort = efforts.take(slot)
      if (effort.blocks === 0 || slot < this.first) continue
      cost += effort.cost
      blocks += effort.blocks
      records++
    }
    const time = (now - this.epochStart) * 1e6 * records
    if (blocks >= LEAST_BLOCKS && time > 0) tuning.reward(Math.max(0, 1 - cost / time))
  }

  /** Puts a setting in force: on all threads, or on the canaries; the others stay at what is settled. */
  private follow(choose: (now: Setting) => Setting, strategy?: number): void {
    const { arena, learned } = this
    changePolicy(arena, (now) => {
      const placed = strategy === undefined || isPinned(arena, 'strategy') ? now.strategy : strategy
      if (arena.mode !== 'canary' || learned === undefined)
        return { strategy: placed, setting: choose(now.setting) }
      store(arena.H, layout.H_TRIAL, packPolicy(placed, choose(now.setting)))
      store(arena.H, layout.H_CANARY, 1 + this.first)
      return { strategy: placed, setting: learned.tuning.settled(now.setting) }
    })
  }

  /** Threads have come or gone: if others are canaries now, what the ghosts know is of the wrong ones. */
  private pickCanaries({ herd }: Learned): void {
    const first = this.firstSlot()
    if (first === this.first) return
    this.silence()
    this.first = first
    herd.reset()
    this.ask()
  }

  /**
   * The slot from which on records are canaries': the last of those that are held, so not the thread that made the heap
   * if there is another. Where all are learned from, 0.
   */
  private firstSlot(): number {
    const { W, geometry: g, mode } = this.arena
    if (mode !== 'canary') return 0
    const held: number[] = []
    for (let slot = 0; slot < g.threads; slot++) {
      if (load(W, g.records + slot * g.recordWords + layout.R_THREAD) > 0) held.push(slot)
    }
    return held[held.length - Math.max(1, Math.ceil(held.length / FLOCK))] ?? 0
  }

  /** Share of the extents that were never touched, or that nobody holds. */
  private freeShare(): number {
    const { W, geometry: g } = this.arena
    let free = 0
    for (let e = g.firstExtent; e < g.extents; e++) if (load(W, g.table + e) === layout.FREE) free++
    return free / (g.extents - g.firstExtent)
  }
}
