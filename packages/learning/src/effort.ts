/**
 * What the slow paths cost, from the counters of all records: the measure that knobs are set by. Fast paths are not
 * counted, so the cost is taken of the time: where a thread does nothing but allocate and free, the share of it that slow
 * paths take rises and falls with their cost per operation. A thread that idles makes it a noisy measure, and then no knob
 * is told from its default.
 *
 * The nanoseconds follow from `pnpm bench:micro`: a refill of 128 blocks 1.4 to 2.0 us, a claimed extent 1.9 us more, a
 * flush of 256 blocks 2.2 us, a magazine set aside 1.2 us and taken back 3 us, an announcement 0.15 us. What it does not
 * single out is split evenly by what it touches.
 */

import { type Arena, COUNTERS, type CounterName, layout } from '@hakmem/arena'

/** Nanoseconds that one of each takes. */
const COSTS: Partial<Record<CounterName, number>> = {
  refillOwn: 300,
  refillDirty: 300,
  refillFresh: 300,
  refillExtent: 1900,
  refilled: 10,
  stowed: 1200,
  reloaded: 3000,
  collected: 4,
  announced: 150,
  flushes: 200,
  flushed: 8,
  runsRetired: 1000,
  extentsReleased: 1000,
}

const COUNTED = Object.entries(COSTS).map(([name, cost]) => ({ at: COUNTERS[name as CounterName], cost }))

/** What one record did since it was asked last. */
interface Effort {
  /** Nanoseconds in slow paths. */
  readonly cost: number
  /** Blocks that went through them. */
  readonly blocks: number
}

export class Efforts {
  private readonly arena: Arena
  private readonly before: Int32Array

  constructor(arena: Arena) {
    this.arena = arena
    this.before = new Int32Array(arena.geometry.threads * COUNTED.length)
    for (let slot = 0; slot < arena.geometry.threads; slot++) this.take(slot)
  }

  take(slot: number): Effort {
    const { W, geometry: g } = this.arena
    const record = g.records + slot * g.recordWords + layout.R_COUNTERS
    let total = 0
    let blocks = 0
    COUNTED.forEach(({ at, cost }, k) => {
      const count = W[record + at]
      const place = slot * COUNTED.length + k
      const more = (count - this.before[place]) >>> 0
      this.before[place] = count
      total += more * cost
      if (at === COUNTERS.refilled || at === COUNTERS.flushed) blocks += more
    })
    return { cost: total, blocks }
  }
}
