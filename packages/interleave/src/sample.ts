/**
 * Random schedules by PCT: "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs" (Burckhardt, Kothari,
 * Musuvathi and Nagarakatte, ASPLOS 2010).
 *
 * Each schedule gives every thread a random priority and always runs the highest that can run; at depth - 1 random steps
 * the running thread falls below all others. A bug that needs d such changes among n threads and k steps is met with a
 * probability of at least 1 / (n k^(d-1)), whatever else the schedule does. Kills and throws strike at a random step,
 * before it, after it, or at a local point behind it; delayed stores land, and waits time out, at random.
 */

import { action, COMMIT, EXPIRE, KILL_AFTER, KILL_AT, KILL_BEFORE, kindOf, RUN, THROW_AT } from './actions.ts'
import type { Exploration } from './explore.ts'
import type { SampleOptions, Scenario } from './scenario.ts'
import type { Thread } from './world/thread.ts'
import { World } from './world/world.ts'

const CLOCK_EVERY = 32

export function sampleWorld<S>(scenario: Scenario<S>, options: SampleOptions): Exploration {
  const found: Exploration = { schedules: 0, states: 0, steps: 0, kills: 0, throws: 0, complete: false }
  const world = new World(scenario, options)
  const schedules = options.schedules ?? 1000
  const seed = options.seed ?? 1
  const deadline = Date.now() + 1000 * (options.seconds ?? Number.POSITIVE_INFINITY)
  const run = new Random(world, options.depth ?? 3)
  try {
    while (found.schedules < schedules && found.failure === undefined) {
      // A seed alone runs its schedule again: the first of a sample is drawn from the seed itself.
      const one = (seed + Math.imul(found.schedules, 0x9e3779b9)) | 0
      found.schedules++
      run.schedule(one)
      found.steps += world.steps
      found.kills += world.kills
      found.throws += world.throws
      if (world.failure !== undefined) {
        found.failure = {
          error: world.failure.error,
          actions: Int32Array.from(run.actions),
          preemptions: world.preemptions,
          strikes: [...world.strikes],
          seed: one,
        }
      }
      if (found.schedules % CLOCK_EVERY === 0 && Date.now() >= deadline) break
    }
  } finally {
    world.close()
  }
  return found
}

class Random<S> {
  readonly actions: number[] = []
  private readonly world: World<S>
  private readonly depth: number
  private readonly priority: number[] = []
  /** The steps of a schedule among which changes and strikes are drawn; always the same, so that a seed means the same alone. */
  private length = 0
  private state = 0

  constructor(world: World<S>, depth: number) {
    this.world = world
    this.depth = depth
  }

  schedule(seed: number): void {
    const { world, actions } = this
    if (this.length === 0) this.measure()
    this.state = seed
    actions.length = 0
    world.begin()
    for (let t = 0; t < 16; t++) this.priority[t] = this.depth + this.next()
    const changes = Array.from({ length: this.depth - 1 }, () => Math.floor(this.next() * this.length))
    const kills = Array.from({ length: world.maxKills }, () => Math.floor(this.next() * this.length))
    const throws = Array.from({ length: world.maxThrows }, () => Math.floor(this.next() * this.length))
    const landing = this.next() < 0.5 ? 0.5 : 0.1
    while (world.failure === undefined) {
      if (world.finished()) {
        world.check()
        return
      }
      if (world.steps >= world.maxSteps) {
        world.livelock()
        return
      }
      const next = this.choose(kills, throws, landing)
      if (next < 0) {
        world.deadlock()
        return
      }
      const change = changes.indexOf(world.steps)
      if (change >= 0) {
        this.priority[(next >>> 3) & 31] = change
        changes[change] = -1
        continue
      }
      actions.push(next)
      const { throws: thrown } = world
      world.apply(next)
      // A stretch may have too few local points for what was to strike it: then the next one shall have it.
      if (kindOf(next) === THROW_AT && world.throws === thrown) throws.push(world.steps)
    }
  }

  private choose(kills: number[], throws: number[], landing: number): number {
    const { world } = this
    for (let t = 0; t < world.live; t++) {
      const delayed = world.machine.buffers[t].count
      if (delayed > 0 && this.next() < landing) return action(COMMIT, t, Math.floor(this.next() * delayed))
    }
    const thread = this.highest()
    if (thread === undefined) return this.expired()
    const late = this.lateWait(thread)
    if (late >= 0) return late
    const strike = kills.findIndex((step) => step >= 0 && step <= world.steps)
    if (strike >= 0 && world.canKill(thread)) {
      kills[strike] = -1
      const where = this.next()
      if (where < 0.4) return action(KILL_BEFORE, thread.index)
      if (where < 0.6) return action(KILL_AFTER, thread.index)
      return action(KILL_AT, thread.index, this.point())
    }
    const toss = throws.findIndex((step) => step >= 0 && step <= world.steps)
    if (toss >= 0 && world.canThrow()) {
      throws[toss] = -1
      return action(THROW_AT, thread.index, this.point())
    }
    return action(RUN, thread.index, world.canBatch(thread) && this.next() < 0.5 ? 1 : 0)
  }

  /** A local point, near ones more likely. */
  private point(): number {
    return 1 + Math.floor(-Math.log2(1 - this.next()) * 1.5)
  }

  private highest(): Thread | undefined {
    const { world } = this
    let best: Thread | undefined
    for (let t = 0; t < world.live; t++) {
      const thread = world.threads[t]
      if (world.canRun(thread) && (best === undefined || this.priority[t] > this.priority[best.index]))
        best = thread
    }
    return best
  }

  /** A wait that times out because its thread would otherwise be the one to run. */
  private lateWait(highest: Thread): number {
    const { world } = this
    for (let t = 0; t < world.live; t++) {
      const timeouts = world.timeouts(world.threads[t])
      if (timeouts === 0) continue
      if (this.priority[t] > this.priority[highest.index] && this.next() < 0.2) {
        return action(EXPIRE, t, timeouts === 1 ? 0 : Math.floor(this.next() * timeouts))
      }
    }
    return -1
  }

  private expired(): number {
    const { world } = this
    for (let t = 0; t < world.live; t++) if (world.timeouts(world.threads[t]) > 0) return action(EXPIRE, t)
    return -1
  }

  /** How long a schedule is: the threads one after the other. */
  private measure(): void {
    const { world } = this
    world.begin()
    while (world.failure === undefined && !world.finished() && world.steps < world.maxSteps) {
      const thread = this.highest()
      const next = thread === undefined ? this.expired() : action(RUN, thread.index)
      if (next < 0) break
      world.apply(next)
    }
    this.length = Math.max(2, world.steps)
  }

  /** A number from [0, 1): mulberry32. */
  private next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let h = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    h = (h + Math.imul(h ^ (h >>> 7), 61 | h)) ^ h
    return ((h ^ (h >>> 14)) >>> 0) / 2 ** 32
  }
}
