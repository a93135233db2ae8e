/**
 * Running one given schedule, and writing down what happens in it.
 *
 * When the trace ends before the threads do, the running thread goes on, and after it the first that can.
 */

import { action, EXPIRE, formatTrace, type Kept, parseTrace, RUN } from './actions.ts'
import { InterleaveError } from './errors.ts'
import { contended } from './memory/access.ts'
import { plainSite } from './memory/plain.ts'
import { coerce, type View } from './memory/shadow.ts'
import type { Faults, Row, Scenario } from './scenario.ts'
import { END, PAUSE, RMW, START, type Thread, TURN, WAIT, WAIT_ASYNC } from './world/thread.ts'
import type { Witness } from './world/witness.ts'
import { World } from './world/world.ts'

/** A schedule as it was run. */
interface Replayed {
  readonly error: unknown
  readonly failed: boolean
  readonly rows: readonly Row[]
  readonly steps: number
  readonly preemptions: number
  readonly kills: number
  readonly throws: number
}

/** Parses a trace for a scenario. */
export function readTrace<S>(
  scenario: Scenario<S>,
  trace: string,
): { actions: number[]; kept: Kept | undefined } {
  const { actions, kept } = parseTrace(trace)
  if (kept === undefined) return { actions, kept }
  const threads = Object.values(scenario.threads)
  for (const [t, ops] of kept) {
    if (t >= threads.length || ops.some((k) => k >= [threads[t]].flat().length)) {
      throw new InterleaveError('BAD_TRACE', `${scenario.name} has no such operations: ${trace}`)
    }
  }
  return { actions, kept: threads.map((_, t) => kept.get(t) ?? []) }
}

/** Runs the actions; `most` kills and throws are what they ask for. */
export function replayWorld<S>(
  scenario: Scenario<S>,
  actions: ArrayLike<number>,
  faults: Faults,
  kept?: Kept,
): Replayed {
  // A trace says itself what strikes.
  const world = new World(scenario, { ...faults, kills: 99, throws: 99 }, kept)
  try {
    // Twice: what is contended is known only once a run is over, and the table shows plain accesses to that alone.
    run(world, actions)
    const notes = new Notes(world)
    world.listen(notes, (view, i, write, before, after) => notes.plain(view, i, write, before, after))
    run(world, actions)
    return {
      error: world.failure?.error,
      failed: world.failure !== undefined,
      rows: notes.rows,
      steps: world.steps,
      preemptions: world.preemptions,
      kills: world.kills,
      throws: world.throws,
    }
  } finally {
    world.close()
  }
}

/** Runs the actions, and goes on by default until the run has ended one way or another. */
function run<S>(world: World<S>, actions: ArrayLike<number>): void {
  world.begin()
  for (let d = 0; d < actions.length && world.failure === undefined; d++) world.apply(actions[d])
  while (world.failure === undefined) {
    if (world.finished()) {
      world.check()
      return
    }
    if (world.steps >= world.maxSteps) world.livelock()
    else {
      const next = byDefault(world)
      if (next < 0) world.deadlock()
      else world.apply(next)
    }
  }
}

function byDefault<S>(world: World<S>): number {
  if (world.last !== undefined && world.canRun(world.last)) return action(RUN, world.last.index)
  for (let t = 0; t < world.live; t++) if (world.canRun(world.threads[t])) return action(RUN, t)
  for (let t = 0; t < world.live; t++) if (world.timeouts(world.threads[t]) > 0) return action(EXPIRE, t)
  return -1
}

/** What happens, as the rows of a table. */
class Notes<S> implements Witness {
  readonly rows: Row[] = []
  private readonly world: World<S>
  private name = ''
  private location = ''
  private memory: unknown
  private site = ''
  private told = true

  constructor(world: World<S>) {
    this.world = world
  }

  before(thread: Thread): void {
    this.told = thread.woken === undefined
    this.name =
      thread.kind === START
        ? 'starts'
        : thread.kind === END
          ? 'ends'
          : thread.kind === PAUSE
            ? 'pause'
            : `${thread.order === 'seq-cst' ? '' : `${thread.order} `}${thread.op}`
    this.location = thread.view === undefined ? '' : this.world.place(thread.view, thread.i)
    this.memory = thread.view?.array[thread.i]
    this.site = thread.site
    if (thread.woken !== undefined) this.name = 'wait ends'
    const turn = thread.kind === TURN ? thread.turns.at(0) : undefined
    if (turn?.view === undefined) return
    this.name = 'waitAsync ends'
    this.location = this.world.place(turn.view, turn.i)
    this.site = turn.site
  }

  after(thread: Thread, answer: unknown): void {
    this.row(thread, this.name, this.location, this.value(thread, answer), this.site)
  }

  private value(thread: Thread, answer: unknown): string {
    const { kind } = thread
    if (kind === TURN) return String(answer)
    if (thread.view === undefined) return ''
    if (kind === WAIT || kind === WAIT_ASYNC) return this.told ? `${thread.a}: ${answer}` : String(answer)
    if (kind !== RMW) return String(answer)
    const now = thread.view.array[thread.i]
    const changed = `${this.memory} -> ${now}`
    if (thread.op === 'compareExchange' && answer !== coerce(thread.view, thread.a))
      return `${answer}, not ${thread.a}`
    return changed
  }

  plain(view: View, i: number, write: boolean, before: unknown, after: unknown): void {
    const thread = this.world.last
    if (thread === undefined || !contended(view, i)) return
    this.row(
      thread,
      write ? '(plain write)' : '(plain read)',
      this.world.place(view, i),
      write ? `${before} -> ${after}` : String(after),
      plainSite,
    )
  }

  lands(thread: Thread, view: View, i: number, value: unknown): void {
    this.row(thread, 'delayed store lands', this.world.place(view, i), `${view.array[i]} -> ${value}`, '')
  }

  note(thread: Thread, what: string): void {
    this.row(thread, what, '', '', '')
  }

  private row(thread: Thread, operation: string, location: string, value: string, site: string): void {
    this.rows.push({ step: this.world.steps, thread: thread.name, operation, location, value, site })
  }
}

/** The trace of a run of these actions. */
export function traceOf(actions: ArrayLike<number>, kept: Kept | undefined): string {
  return formatTrace(actions, actions.length, kept)
}
