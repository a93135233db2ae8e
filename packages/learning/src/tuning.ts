/**
 * Tuning: the knobs one after the other, each by a bandit of its own over its settings, from those in force on. When the
 * last is settled all is played as it is, and every bandit watches: a fall of the rewards, or a change of the work, starts
 * all of them over.
 */

import { KNOB_NAMES, KNOBS, type Knob, type Setting } from '@hakmem/arena'
import { Tuner } from './bandit/tuner.ts'

export class Tuning {
  private readonly tuners: readonly Tuner[]
  private readonly isPinned: (knob: Knob) => boolean
  private start: Setting

  /** `start`: what is in force. */
  constructor(start: Setting, isPinned: (knob: Knob) => boolean) {
    this.tuners = KNOB_NAMES.map((knob) => new Tuner(KNOBS[knob].length, start[knob]))
    this.start = start
    this.isPinned = isPinned
  }

  /** Index of the knob on trial, -1 if all are settled. */
  private get onTrial(): number {
    return this.tuners.findIndex((tuner, k) => !tuner.isFrozen && !this.isPinned(KNOB_NAMES[k]))
  }

  /** What is settled. `now`: what is in force, for knobs that are pinned. */
  settled(now: Setting): Setting {
    this.start = now
    return this.with((tuner) => tuner.settled)
  }

  /** The same, with the knob on trial set to what it tries next. */
  trial(now: Setting): Setting {
    this.start = now
    const { onTrial } = this
    return this.with((tuner, k) => (k === onTrial ? tuner.choose() : tuner.settled))
  }

  /** What the last `trial` brought, 0 to 1. */
  reward(value: number): void {
    const { onTrial } = this
    if (onTrial >= 0) {
      const tuner = this.tuners[onTrial]
      tuner.reward(tuner.choose(), value)
      return
    }
    const changes = this.changes
    for (const tuner of this.tuners) if (tuner.isFrozen) tuner.reward(tuner.settled, value)
    if (this.changes > changes) this.restart()
  }

  /** The work has changed: every knob is tried anew. */
  restart(): void {
    for (const tuner of this.tuners) if (tuner.isFrozen) tuner.restart()
  }

  /** How often a bandit started over. */
  get changes(): number {
    return this.tuners.reduce((sum, { changes }) => sum + changes, 0)
  }

  /** By knob and arm. */
  arms(): { pulls: number; mean: number }[][] {
    return this.tuners.map((tuner, k) =>
      KNOBS[KNOB_NAMES[k]].map((_, arm) => ({ pulls: tuner.pullsOf(arm), mean: tuner.meanOf(arm) })),
    )
  }

  private with(choose: (tuner: Tuner, k: number) => number): Setting {
    const entries = KNOB_NAMES.map((knob, k) => [
      knob,
      this.isPinned(knob) ? this.start[knob] : choose(this.tuners[k], k),
    ])
    return Object.fromEntries(entries) as Setting
  }
}
