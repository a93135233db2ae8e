/**
 * Exhaustive exploration within a bound on preemptions.
 *
 * Depth-first by re-execution: a schedule is run from the start, by the choices made so far and then by defaults, and the
 * deepest choice that has an alternative left is changed for the next one. A *preemption* is a switch away from a thread
 * that could go on; few bugs need more than two (Musuvathi and Qadeer, "Iterative context bounding", PLDI 2007), so the
 * bound rises from 0 to what is asked, and a failure is found with as few as it needs. Whom to run when the running
 * thread has ended, waits, spins or was killed is free, and so are kills, throws, timeouts, and when delayed stores land.
 *
 * Three reductions, none of which loses a final state:
 *
 * - *States.* A state reached before with at least the same budget is cut (see `World.key`).
 * - *Contended locations.* A transition that touches nothing that another thread touches, with either writing, commutes
 *   with everything that others do. So whatever would happen before it may as well happen before the next transition
 *   that does touch such a thing. What is contended is learnt while exploring; a round in which something was learnt is
 *   repeated, so that the last round has skipped nothing. (CHESS and loom declare such variables; here nobody has to.)
 * - *Kills.* Kills between which a thread wrote nothing leave the same world behind: one of them is tried. Delayed
 *   stores: one lands early only where another thread is about to touch it.
 */

import {
  action,
  argOf,
  COMMIT,
  EXPIRE,
  type Kept,
  KILL_AFTER,
  KILL_AT,
  KILL_BEFORE,
  kindOf,
  RUN,
  THROW_AT,
  threadOf,
} from './actions.ts'
import { InterleaveError } from './errors.ts'
import { sawEntry, sawOwner } from './memory/access.ts'
import { groups } from './memory/memory.ts'
import { GROUPS, regs, SAW } from './memory/registers.ts'
import type { ExploreOptions, Scenario } from './scenario.ts'
import { States } from './states.ts'
import { keyOf } from './world/key.ts'
import { START, type Thread } from './world/thread.ts'
import { World } from './world/world.ts'

/** What an exploration has come to, before its failure is written down. */
export interface Exploration {
  schedules: number
  states: number
  steps: number
  kills: number
  throws: number
  complete: boolean
  failure?: Found
}

export interface Found {
  readonly error: unknown
  readonly actions: Int32Array
  readonly preemptions: number
  /** Steps that had been taken at each kill and throw. */
  readonly strikes: readonly number[]
  readonly seed?: number
}

export interface InnerOptions extends ExploreOptions {
  /** Kills and throws only while fewer steps than this have been taken. */
  readonly strikesBefore?: number
}

/** More local points of one stretch than this are not all struck by throws. */
const MOST_POINTS = 1 << 20

/** Schedules between two looks at the clock. */
const CLOCK_EVERY = 32

export function exploreWorld<S>(scenario: Scenario<S>, options: InnerOptions, kept?: Kept): Exploration {
  const explorer = new Explorer(new World(scenario, options, kept), options)
  try {
    explorer.explore()
  } finally {
    explorer.world.close()
  }
  return explorer.found
}

class Explorer<S> {
  readonly world: World<S>
  readonly found: Exploration = { schedules: 0, states: 0, steps: 0, kills: 0, throws: 0, complete: false }

  private readonly states = new States()
  private readonly useStates: boolean
  private readonly reduce: boolean
  private readonly maxPreemptions: number
  private readonly maxSchedules: number
  private readonly deadline: number
  private bound = 0
  private learned = false
  private stopped = false

  // The path: per node its choice, its alternatives as a range of `options`, and where in the range it is.
  private depth = 0
  private nodes = 1024
  private choice = new Int32Array(this.nodes)
  private begin = new Int32Array(this.nodes)
  private cursor = new Int32Array(this.nodes)
  private opened = new Uint8Array(this.nodes)
  private signature = new Int32Array(this.nodes)
  private options = new Int32Array(4096)
  private end = 0

  constructor(world: World<S>, options: ExploreOptions) {
    this.world = world
    this.useStates = options.stateCache ?? true
    this.reduce = options.contendedOnly ?? true
    this.maxPreemptions = options.preemptions ?? 2
    this.maxSchedules = options.maxSchedules ?? Number.POSITIVE_INFINITY
    this.deadline = Date.now() + 1000 * (options.seconds ?? Number.POSITIVE_INFINITY)
  }

  explore(): void {
    for (this.bound = 0; this.bound <= this.maxPreemptions; this.bound++) {
      do {
        this.learned = false
        this.round()
        this.found.states = this.states.size
        if (this.found.failure !== undefined || this.stopped) return
      } while (this.learned)
    }
    this.found.complete = true
  }

  /** All schedules with at most `bound` preemptions, as far as is known what is contended. */
  private round(): void {
    this.states.clear()
    this.depth = this.end = 0
    do {
      this.schedule()
      if (this.found.failure !== undefined) return
      const { schedules } = this.found
      if (schedules >= this.maxSchedules || (schedules % CLOCK_EVERY === 0 && Date.now() >= this.deadline)) {
        // Unless this was the very last of them.
        this.stopped = this.backtrack() || this.learned || this.bound < this.maxPreemptions
        return
      }
    } while (this.backtrack())
  }

  /** Changes the deepest choice that has an alternative left; false if none has. */
  private backtrack(): boolean {
    while (this.depth > 0) {
      const d = this.depth - 1
      const next = this.cursor[d] + 1
      if (next < this.end) {
        this.cursor[d] = next
        this.choice[d] = this.options[next]
        return true
      }
      this.end = this.begin[d]
      this.depth = d
    }
    return false
  }

  /** One execution: the path again, its last choice being new, and on from there. */
  private schedule(): void {
    const { world, found } = this
    found.schedules++
    world.begin()
    const path = this.depth
    for (let d = 0; d < path; d++) {
      if (this.signature[d] !== world.signature()) this.astray(d)
      if (d === path - 1) this.step(d)
      else world.apply(this.choice[d])
    }
    while (world.failure === undefined) {
      if (this.useStates && !this.enter()) break
      if (world.finished()) {
        world.check()
        break
      }
      if (world.steps >= world.maxSteps) {
        world.livelock()
        break
      }
      const d = this.depth
      if (!this.open(d)) {
        world.deadlock()
        break
      }
      this.depth++
      this.step(d)
    }
    this.learned = world.takeLearned() || this.learned
    found.steps += world.steps
    found.kills += world.kills
    found.throws += world.throws
    if (world.failure !== undefined) {
      found.failure = {
        error: world.failure.error,
        actions: this.choice.slice(0, this.depth),
        preemptions: world.preemptions,
        strikes: [...world.strikes],
      }
    }
  }

  private enter(): boolean {
    const { world } = this
    return this.states.enter(keyOf(world, 0), keyOf(world, 1), this.bound - world.preemptions)
  }

  private astray(d: number): never {
    throw new InterleaveError(
      'NOT_DETERMINISTIC',
      `${this.world.scenario.name}: the same ${d} choices have led somewhere else. Does the code depend on time or chance, or setup on what an earlier run left in objects?`,
    )
  }

  /** Makes the node at depth `d`: what can be chosen there; false if nothing can. */
  private open(d: number): boolean {
    if (d === this.nodes) this.growNodes()
    const { world } = this
    this.begin[d] = this.cursor[d] = this.end
    this.opened[d] = 0
    this.signature[d] = world.signature()
    const { last } = world
    if (last !== undefined && world.canRun(last)) {
      this.pushRun(last)
      if (world.canKill(last)) this.push(action(KILL_BEFORE, last.index))
      if (!this.reduce) this.openAll(d, last.index)
    } else {
      this.opened[d] = 1
      let alive = false
      for (let t = 0; t < world.live; t++) {
        if (!world.canRun(world.threads[t])) continue
        this.pushRun(world.threads[t])
        alive = true
      }
      for (let t = 0; t < world.live; t++) {
        const thread = world.threads[t]
        if (this.pushTimeouts(thread)) alive = true
        if (world.canSpin(thread) && world.preemptions < this.bound) this.pushRun(thread)
        const fresh = thread.count === 0 || thread.isWoken || thread === last
        if (world.canKill(thread) && (fresh || !this.reduce)) this.push(action(KILL_BEFORE, t))
      }
      // Where all that is left is to kill somebody who waits, the survivors are stuck as it is.
      if (!alive) return false
    }
    if (!this.reduce) this.pushCommits(d)
    this.choice[d] = this.options[this.begin[d]]
    return this.end > this.begin[d]
  }

  /** What can be chosen instead of letting the running thread go on. */
  private openAll(d: number, running: number): void {
    const { world } = this
    this.opened[d] = 1
    for (let t = 0; t < world.live; t++) {
      if (t === running) continue
      const thread = world.threads[t]
      const able = world.canRun(thread) || world.canSpin(thread)
      if (able && world.preemptions < this.bound) this.pushRun(thread)
      this.pushTimeouts(thread)
      const fresh = thread.count === 0 || thread.isWoken
      if (world.canKill(thread) && (fresh || !this.reduce)) this.push(action(KILL_BEFORE, t))
    }
  }

  private pushRun(thread: Thread): void {
    this.push(action(RUN, thread.index))
    if (this.world.canBatch(thread)) this.push(action(RUN, thread.index, 1))
  }

  /** Each wait of a thread that may time out could do so now; whether there is one. */
  private pushTimeouts(thread: Thread): boolean {
    const count = this.world.timeouts(thread)
    for (let n = 0; n < count; n++) this.push(action(EXPIRE, thread.index, n))
    return count > 0
  }

  /** Takes the choice of the node at depth `d` for the first time, and adds the alternatives that it brings to light. */
  private step(d: number): void {
    const { world } = this
    const chosen = this.choice[d]
    const kind = kindOf(chosen)
    const t = threadOf(chosen)
    if (kind === KILL_BEFORE || kind === COMMIT || kind === EXPIRE) {
      regs[SAW] = 0
      world.apply(chosen)
      this.pushSeen(d)
      return
    }
    const thread = world.threads[t]
    const wasStart = thread.kind === START
    const running = world.last !== undefined && world.canRun(world.last) ? world.last.index : -1
    const couldKill = world.canKill(thread)
    const couldThrow = world.canThrow()
    // Who else could have been chosen must be asked before the step; whether it matters is known after it.
    const before = this.end
    if (this.opened[d] === 0 && running === t) this.openAll(d, t)
    const others = this.end
    world.apply(chosen)
    if (others > before && !world.contended) {
      this.end = before
      this.opened[d] = 0
    }
    this.pushSeen(d)
    // Strikes are tried in turns that are taken one by one.
    if (kind !== RUN || argOf(chosen) > 0) return
    if (couldKill) this.pushKills(t, wasStart)
    if (couldThrow) {
      const points = Math.min(world.passed, MOST_POINTS)
      for (let p = 1; p <= points; p++) this.push(action(THROW_AT, t, p))
    }
  }

  /** Kills in the stretch that thread `t` has just run through; one at its end is one before the next step. */
  private pushKills(t: number, wasStart: boolean): void {
    const { passed } = this.world
    if (!this.reduce) {
      if (!wasStart) this.push(action(KILL_AFTER, t))
      for (let p = 1; p <= Math.min(passed, MOST_POINTS); p++) this.push(action(KILL_AT, t, p))
      return
    }
    const count = regs[GROUPS]
    // Whether anybody has been told the result is a difference too.
    if ((count > 0 || this.world.endedOne) && !wasStart) this.push(action(KILL_AFTER, t))
    for (let g = 0; g < count; g++) if (groups[g] < passed) this.push(action(KILL_AT, t, groups[g] + 1))
  }

  /** Delayed stores that the choice just taken ran into could land before it. */
  private pushSeen(d: number): void {
    for (let n = 0; n < regs[SAW]; n++) this.pushNew(d, action(COMMIT, sawOwner[n], sawEntry[n]))
  }

  /** Every delayed store could land now. */
  private pushCommits(d: number): void {
    const { world } = this
    for (let t = 0; t < world.live; t++) {
      for (let e = 0; e < world.machine.buffers[t].count; e++) this.pushNew(d, action(COMMIT, t, e))
    }
  }

  private pushNew(d: number, option: number): void {
    for (let n = this.begin[d]; n < this.end; n++) if (this.options[n] === option) return
    this.push(option)
  }

  private push(option: number): void {
    if (this.end === this.options.length) {
      const longer = new Int32Array(2 * this.end)
      longer.set(this.options)
      this.options = longer
    }
    this.options[this.end++] = option
  }

  private growNodes(): void {
    const longer = <A extends Int32Array | Uint8Array>(of: A, next: A): A => {
      next.set(of)
      return next
    }
    this.nodes *= 2
    this.choice = longer(this.choice, new Int32Array(this.nodes))
    this.begin = longer(this.begin, new Int32Array(this.nodes))
    this.cursor = longer(this.cursor, new Int32Array(this.nodes))
    this.opened = longer(this.opened, new Uint8Array(this.nodes))
    this.signature = longer(this.signature, new Int32Array(this.nodes))
  }
}
