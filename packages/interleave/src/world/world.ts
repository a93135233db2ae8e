/**
 * One run of a scenario, and what each action of the scheduler does to it.
 *
 * A *transition* is what a thread does when it is given its turn: its pending step, and then its own code up to where it
 * stands before the next one. Plain accesses happen in that stretch, at once. The start of an operation and the end of a
 * thread are steps too, so that stretches without a shared step can be told apart and threads can be killed between.
 *
 * A killed thread's generator is dropped where it stands: no `finally` runs, as none does under `terminate()`. Nothing of
 * it is left but shared memory and the results of the operations that had ended.
 *
 * A thread that loads the same value by the same line three times without changing anything, or calls `Atomics.pause`
 * three times, spins, and is *parked*: to let it go on costs a preemption until another thread has changed a contended
 * location or nobody else can go on. The same goes for a wait that has timed out and waits again. So no schedule starves
 * a thread for ever, and a loop that gives up after a few turns is still explored. (A loop that waits and *writes* in each
 * turn has to call `Atomics.pause`; without it the schedule that never leaves it is reported as a livelock.)
 */

import {
  argOf,
  COMMIT,
  EXPIRE,
  type Kept,
  KILL_AFTER,
  KILL_BEFORE,
  kindOf,
  RUN,
  threadOf,
} from '../actions.ts'
import { drain } from '../drain.ts'
import { InterleaveError } from '../errors.ts'
import { type Recorder, reset, setListeners } from '../memory/memory.ts'
import { plainSite } from '../memory/plain.ts'
import {
  ACTOR,
  ACTORS,
  CHANGES,
  CONTENDED,
  DRAINED,
  GROUPS,
  H1,
  H2,
  IDLE,
  LEARNED,
  M1,
  M2,
  MODE,
  NO_POINT,
  points,
  RUNNING,
  regs,
  SAW,
  STRIKES,
  THREAD,
} from '../memory/registers.ts'
import { fold } from '../memory/seen.ts'
import type { View } from '../memory/shadow.ts'
import { beginRun } from '../memory/views.ts'
import { mark, undo } from '../memory/words.ts'
import { setJobs, settled } from '../promises.ts'
import type { End, Faults, Operation, Outcome, Scenario, Strike } from '../scenario.ts'
import { takeFatal } from '../step.ts'
import { Actors } from './actors.ts'
import { Machine } from './machine.ts'
import { proceed, type Run } from './own-code.ts'
import { known, placeName, register } from './places.ts'
import {
  DEAD,
  END,
  ENDED,
  LOAD,
  misfit,
  PAUSE,
  PLAIN_LOAD,
  READY,
  RMW,
  START,
  Thread,
  TURN,
  WAIT,
  WAIT_ASYNC,
  WAITING,
} from './thread.ts'
import type { Witness } from './witness.ts'

export class World<S> implements Run {
  readonly scenario: Scenario<S>
  readonly names: readonly string[]
  /** Threads of the run, in the order of their start; `live` of them are in use. */
  readonly threads: Thread[] = []
  live = 0
  /** The thread that ran last; undefined at the start and after a kill. */
  last: Thread | undefined
  steps = 0
  preemptions = 0
  kills = 0
  throws = 0
  /** What is wrong with this run, once something is. */
  failure: { readonly error: unknown } | undefined
  /** Local points that the last transition passed; whether it ended an operation; whether it touched a contended location. */
  passed = 0
  endedOne = false
  contended = false
  readonly maxKills: number
  readonly maxThrows: number
  readonly maxSteps: number
  /** Steps that had been taken at each kill and throw. */
  readonly strikes: number[] = []
  readonly machine: Machine

  private readonly strikesBefore: number
  private readonly kept: Kept
  private readonly ops: readonly (readonly Operation<unknown>[])[]
  private readonly actors: Actors
  /** What setup has made, if it has run yet, and where memory stood then. */
  state!: S
  private made = false
  private setupMark = 0
  private killed: Strike[] = []
  private thrown: Strike[] = []

  constructor(scenario: Scenario<S>, faults: Faults & { strikesBefore?: number }, kept?: Kept) {
    this.scenario = scenario
    this.names = Object.keys(scenario.threads)
    if (this.names.length === 0) throw new InterleaveError('BAD_SCENARIO', `${scenario.name} has no threads`)
    const all = this.names.map((name) => [scenario.threads[name]].flat() as Operation<unknown>[])
    this.kept = kept ?? all.map((ops) => ops.map((_, k) => k))
    this.ops = all.map((ops, t) => this.kept[t].map((k) => ops[k]))
    this.maxKills = faults.kills ?? 0
    this.maxThrows = faults.throws ?? 0
    this.strikesBefore = faults.strikesBefore ?? Number.POSITIVE_INFINITY
    this.maxSteps = faults.maxSteps ?? 5000
    this.machine = new Machine(faults)
    if (regs[MODE] !== IDLE) {
      throw new InterleaveError('REENTERED', `${scenario.name} is to be explored from inside a scenario`)
    }
    reset()
    this.actors = new Actors(this.names.length)
    this.listen()
  }

  /** Sets who is told of what happens, and of plain accesses to contended locations; nobody, unless told. */
  listen(witness?: Witness, recorder?: Recorder): void {
    this.machine.witness = witness
    setListeners((view, i, write, other, otherWrote) => {
      if (known(this.scenario, view, i)?.race !== undefined) return
      const [a, b] = [this.threads[regs[THREAD]], this.threads[other]]
      const text = `${a.name} ${write ? 'writes' : 'reads'} at ${plainSite || a.site} what ${b.name} ${otherWrote ? 'wrote' : 'read'} (it is now at ${b.site}), in ${this.place(view, i)}, and nothing orders the two`
      this.fail(new InterleaveError('RACE', text))
    }, recorder)
  }

  // ---- a run -------------------------------------------------------------------------------------------------------

  begin(): void {
    const { scenario } = this
    if (scenario.reuse && this.made) undo(this.setupMark)
    else {
      undo(0)
      beginRun()
      regs[MODE] = DRAINED
      points.left = NO_POINT
      try {
        this.state = settled(drain(scenario.setup())) as S
        register(this.state)
      } finally {
        regs[MODE] = IDLE
      }
      this.made = true
      this.setupMark = mark()
    }
    regs[M1] = regs[M2] = 0
    this.machine.begin()
    this.live = 0
    this.last = undefined
    this.steps = this.preemptions = this.kills = this.throws = 0
    this.failure = undefined
    this.killed = []
    this.thrown = []
    this.strikes.length = 0
    for (let t = 0; t < this.names.length; t++) {
      const thread = this.start(this.names[t], t, -1, this.ops[t], this.kept[t])
      if (this.ops[t].length === 0) thread.status = ENDED
    }
  }

  /** Undoes what the last run did; the scenario is not to be run again. */
  close(): void {
    undo(0)
    setListeners(undefined, undefined)
    regs[MODE] = IDLE
  }

  private start(
    name: string,
    actor: number,
    reaps: number,
    ops: readonly Operation<unknown>[],
    ids: readonly number[],
  ): Thread {
    const index = this.live++
    if (index === this.threads.length) {
      if (index >= ACTORS) throw new InterleaveError('BAD_SCENARIO', `more than ${ACTORS} threads at once`)
      this.threads.push(new Thread(index))
    }
    const thread = this.threads[index]
    thread.reset(name, actor, reaps, ops, ids)
    this.machine.join(thread)
    return thread
  }

  /** Whether a thread can be given its turn. */
  canRun(thread: Thread): boolean {
    return thread.status === READY && !thread.parked
  }

  canKill(thread: Thread): boolean {
    return (
      this.kills < this.maxKills &&
      this.steps < this.strikesBefore &&
      (this.kills === 0 || thread.reaps >= 0) &&
      (thread.status === READY || thread.status === WAITING)
    )
  }

  canThrow(): boolean {
    return this.throws < this.maxThrows && this.steps < this.strikesBefore
  }

  /** Whether a thread spins, and could go on at the price of a preemption. */
  canSpin(thread: Thread): boolean {
    return thread.status === READY && thread.parked
  }

  /** Whether a thread may take several turns of its event loop as one. */
  canBatch(thread: Thread): boolean {
    return thread.kind === TURN && thread.turns.length > 1
  }

  /** How many waits of a thread may time out now. */
  timeouts(thread: Thread): number {
    return this.machine.waits.timeouts(thread)
  }

  finished(): boolean {
    for (let t = 0; t < this.live; t++) if (this.threads[t].status < ENDED) return false
    return true
  }

  apply(action: number): void {
    const kind = kindOf(action)
    const thread = this.threads[threadOf(action)]
    if (thread === undefined || thread.index >= this.live || thread.status >= ENDED) {
      if (kind !== COMMIT || thread === undefined) throw misfit(thread, 'has ended')
    }
    if (kind === KILL_BEFORE) {
      this.kill(thread, thread.site)
    } else if (kind === COMMIT) {
      if (argOf(action) >= this.machine.buffers[thread.index].count)
        throw misfit(thread, 'has no such delayed store')
      regs[THREAD] = -1
      regs[SAW] = regs[CHANGES] = regs[CONTENDED] = 0
      this.machine.buffers[thread.index].commit(argOf(action))
      if (regs[CHANGES] > 0 && regs[CONTENDED] !== 0) this.refreshOthers(undefined)
    } else if (kind === EXPIRE) {
      if (argOf(action) >= this.timeouts(thread)) throw misfit(thread, 'waits for no time')
      this.machine.witness?.note(thread, 'the wait times out')
      this.machine.waits.expire(thread, argOf(action))
    } else this.run(thread, kind, argOf(action))
    this.settle()
  }

  /** Something has changed: whoever spins, other than `thread`, may find what it waits for. */
  private refreshOthers(thread: Thread | undefined): void {
    for (let t = 0; t < this.live; t++) if (this.threads[t] !== thread) this.threads[t].refresh()
  }

  /** If all who could go on spin, all get another turn. */
  private settle(): void {
    for (let t = 0; t < this.live; t++) {
      const thread = this.threads[t]
      if (this.canRun(thread) || this.timeouts(thread) > 0) return
    }
    this.refreshOthers(undefined)
  }

  // ---- a transition --------------------------------------------------------------------------------------------------

  private run(thread: Thread, how: number, arg: number): void {
    if (thread.status !== READY) throw misfit(thread, 'waits')
    const asOne = how === RUN && arg > 0
    if (asOne && !this.canBatch(thread)) throw misfit(thread, 'has no turns to take as one')
    const { last } = this
    if (thread.parked || (last !== undefined && last !== thread && this.canRun(last))) this.preemptions++
    this.last = thread
    this.steps++
    thread.parked = false
    thread.count++
    regs[ACTOR] = thread.actor
    regs[THREAD] = thread.index
    regs[H1] = thread.h1
    regs[H2] = thread.h2
    regs[CONTENDED] = regs[SAW] = regs[GROUPS] = regs[CHANGES] = 0
    this.machine.attend(thread)
    points.left = NO_POINT
    regs[STRIKES] = 0
    this.endedOne = false
    regs[MODE] = RUNNING

    const { kind, site } = thread
    const place = thread.view === undefined ? -1 : thread.view.shadow.slot * 2 ** 32 + thread.address()
    this.machine.witness?.before(thread)
    setJobs(thread.jobs)
    const answer = asOne ? this.machine.turns(thread) : this.machine.perform(thread)
    this.machine.witness?.after(thread, answer)
    const changedByStep = regs[CHANGES]
    if (this.canRun(thread)) {
      if (how === KILL_AFTER) this.kill(thread, thread.site)
      else {
        const struck = proceed(
          this,
          thread,
          kind === WAIT_ASYNC ? asyncAnswer(thread, answer) : answer,
          how,
          arg,
        )
        if (struck !== undefined) this.kill(thread, struck)
      }
    }
    regs[MODE] = DRAINED
    this.passed = NO_POINT - points.left
    this.contended = regs[CONTENDED] !== 0
    if ((thread.status as number) !== DEAD) {
      thread.h1 = regs[H1]
      thread.h2 = regs[H2]
    }
    if (kind === PAUSE) thread.parked = thread.rests() && thread.status === READY
    if (regs[CHANGES] > 0) {
      thread.clearSpins()
      // Nobody spins on what nobody else touches; and a transition that touches nothing shared must matter to no other.
      if (this.contended) this.refreshOthers(thread)
    } else if (
      kind === LOAD ||
      kind === PLAIN_LOAD ||
      (kind === RMW && changedByStep === 0) ||
      ((kind === WAIT || kind === WAIT_ASYNC) && answer === 'not-equal')
    ) {
      thread.parked = thread.spins(place, site, answer) && thread.status === READY
    }
    const fatal = takeFatal()
    if (fatal !== undefined) throw fatal
  }

  ended(thread: Thread, outcome: Outcome): void {
    const id = thread.ids[thread.k]
    thread.outcomes[id] = outcome
    thread.gen = undefined
    this.endedOne = true
    if (outcome.threw !== undefined || 'threw' in outcome) {
      const { threw, injected } = outcome as { threw: unknown; injected: boolean }
      if (!injected && !drain(this.scenario.mayThrow?.(threw, thread.name, id))) {
        const text = `${thread.name} threw in operation ${id}: ${threw instanceof Error ? threw.message : String(threw)}`
        this.fail(new InterleaveError('THREW', text, { cause: threw }))
      }
    }
    thread.kind = thread.k + 1 < thread.ops.length ? START : END
    thread.site = thread.kind === START ? `start of operation ${thread.ids[thread.k + 1]}` : 'end'
    thread.view = undefined
  }

  private kill(thread: Thread, where: string): void {
    this.machine.witness?.note(thread, `KILLED at ${where}`)
    const operation = thread.operation()
    if (thread.kind !== START && thread.kind !== END) {
      thread.h1 = thread.b1
      thread.h2 = thread.b2
    } else if (regs[MODE] === RUNNING) {
      // Struck in the very stretch in which its operation started or ended.
      thread.h1 = regs[H1]
      thread.h2 = regs[H2]
    }
    this.machine.waits.leave(thread)
    thread.forget()
    thread.status = DEAD
    thread.gen = undefined
    this.kills++
    this.strikes.push(this.steps)
    this.killed.push({ thread: thread.name, operation, where })
    if (this.last === thread) this.last = undefined
    const { reaper } = this.scenario
    if (reaper === undefined) return
    const nth = this.kills
    const name = nth === 1 ? 'reaper' : `reaper${nth}`
    const reap: Operation<unknown> = (s) => reaper(s as S, thread.name, nth)
    this.start(name, this.actors.reaperOf(thread.actor), thread.index, [reap], [0])
  }

  overflow(thread: Thread, site: string, nth: number): RangeError | undefined {
    if (this.throws >= this.maxThrows) return undefined
    points.left = NO_POINT
    regs[STRIKES] = 0
    this.throws++
    this.strikes.push(this.steps)
    thread.injected = true
    this.thrown.push({ thread: thread.name, operation: thread.operation(), where: site })
    this.machine.witness?.note(thread, `stack overflow at ${site}`)
    fold(0x74000000 + nth)
    fold(thread.count)
    return new RangeError('Maximum call stack size exceeded')
  }

  // ---- how it ends -----------------------------------------------------------------------------------------------------

  fail(error: unknown): void {
    this.failure ??= { error }
  }

  /** Nobody can run, and not all have ended. */
  deadlock(): void {
    const waiting = this.threads
      .slice(0, this.live)
      .filter((thread) => thread.status === WAITING)
      .map((thread) => {
        const { site, view, i } = thread.kind === TURN ? (thread.waiting.at(0) ?? thread) : thread
        return `${thread.name} at ${site}${view === undefined ? '' : ` on ${this.place(view, i)}`}`
      })
    this.fail(new InterleaveError('DEADLOCK', `nobody will wake ${waiting.join(', nor ')}`))
  }

  livelock(): void {
    const running = this.threads
      .slice(0, this.live)
      .filter((thread) => thread.status < ENDED)
      .map((thread) => `${thread.name} at ${thread.site}`)
    this.fail(new InterleaveError('LIVELOCK', `no end after ${this.maxSteps} steps: ${running.join(', ')}`))
  }

  /** All threads have ended: what was delayed lands, and the check looks at what is left. */
  check(): void {
    for (let t = 0; t < this.live; t++) this.machine.land(t)
    const results: Record<string, readonly (Outcome | undefined)[]> = {}
    for (const thread of this.threads.slice(0, this.live)) results[thread.name] = thread.outcomes
    const end: End = { results, killed: this.killed, thrown: this.thrown }
    regs[MODE] = DRAINED
    regs[STRIKES] = 0
    points.left = NO_POINT
    try {
      settled(drain(this.scenario.check(this.state, end)))
    } catch (error) {
      this.fail(error)
    } finally {
      regs[MODE] = IDLE
    }
    const fatal = takeFatal()
    if (fatal !== undefined) throw fatal
  }

  /** A name for a location. */
  place(view: View, i: number): string {
    return placeName(this.scenario, this.state, view, i)
  }

  // ---- what it has come to ---------------------------------------------------------------------------------------------

  /** A number that the same actions must lead to again. */
  signature(): number {
    return (regs[M1] ^ Math.imul(this.last?.h1 ?? 0, 0x9e3779b1) ^ (this.last?.count ?? 0)) | 0
  }

  /** Whether a location became contended since this was last asked. */
  takeLearned(): boolean {
    const learned = regs[LEARNED] !== 0
    regs[LEARNED] = 0
    return learned
  }
}

/** What `Atomics.waitAsync` returns. */
function asyncAnswer(thread: Thread, told: unknown): { async: boolean; value: unknown } {
  const waiter = told === 'waits' ? thread.waiting.at(-1) : undefined
  return waiter === undefined ? { async: false, value: told } : { async: true, value: waiter.promise }
}
