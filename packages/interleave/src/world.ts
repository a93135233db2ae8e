/**
 * One run of a scenario: threads, memory, waits and delayed stores, and what each action of the scheduler does to them.
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
  KILL_AT,
  KILL_BEFORE,
  kindOf,
  RUN,
  THROW_AT,
  threadOf,
} from './actions.ts'
import { noteDelayed, StoreBuffer } from './buffers.ts'
import * as clocks from './clocks.ts'
import { drain } from './drain.ts'
import { InterleaveError } from './errors.ts'
import * as memory from './memory.ts'
import {
  ACTOR,
  ACTORS,
  CHANGES,
  CONTENDED,
  coexist,
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
  OTHERS,
  OWN,
  points,
  RACES,
  type Rmw,
  RUNNING,
  read,
  readModifyWrite,
  regs,
  SAW,
  STRIKES,
  THREAD,
  type View,
} from './memory.ts'
import { hostPromise, Promised, react, setJobs, settle, settled } from './promises.ts'
import type { End, Faults, Operation, Outcome, Scenario, Strike } from './scenario.ts'
import { isSuspended, type Suspended, step, takeFatal } from './step.ts'
import {
  ANSWERED,
  DEAD,
  END,
  ENDED,
  LOAD,
  NOTIFY,
  PAUSE,
  PLAIN_LOAD,
  POINT,
  READY,
  RMW,
  START,
  Thread,
  TURN,
  WAIT,
  WAIT_ASYNC,
  WAITING,
} from './thread.ts'
import { WaitLine } from './waits.ts'

/** What a run is told while a failure is written down. */
export interface Witness {
  /** A step is about to be performed. */
  before(thread: Thread): void
  /** It has been, and this is what it answers. */
  after(thread: Thread, answer: unknown): void
  /** Anything else, in words. */
  note(thread: Thread, what: string): void
  /** A delayed store is about to land. */
  lands(thread: Thread, view: View, i: number, value: unknown): void
}

export class World<S> {
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
  witness: Witness | undefined

  private readonly strikesBefore: number
  private readonly kept: Kept
  private readonly ops: readonly (readonly Operation<unknown>[])[]
  private readonly waits = new WaitLine()
  private readonly buffers: StoreBuffer[] = []
  private readonly inUse: StoreBuffer[] = []
  private readonly storeBuffers: boolean
  private readonly races: number
  private delayed = false
  private state!: S
  private made = false
  private setupMark = 0
  private killed: Strike[] = []
  private thrown: Strike[] = []
  /** By actor: those whose deaths came before it, as bits; and by dead actor the actor that reaps it. */
  private readonly ancestors: number[] = []
  private readonly reapers = new Map<number, number>()
  private readonly reaps: number[] = []

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
    this.storeBuffers = faults.storeBuffers ?? true
    this.races = faults.races === 'mixed' ? 2 : faults.races ? 1 : 0
    if (regs[MODE] !== IDLE) {
      throw new InterleaveError('REENTERED', `${scenario.name} is to be explored from inside a scenario`)
    }
    memory.reset()
    for (let t = 0; t < this.names.length; t++) this.newActor(0)
    this.listen(undefined)
  }

  private tellLanding(): void {
    for (const buffer of this.buffers) {
      buffer.onLanding = (view, i, value) => this.witness?.lands(this.threads[buffer.thread], view, i, value)
    }
  }

  /** Sets who is told of plain accesses to contended locations. */
  listen(recorder: memory.Recorder | undefined): void {
    memory.setListeners((view, i, write, other, otherWrote) => {
      if (this.known(view, i)?.race !== undefined) return
      const [a, b] = [this.threads[regs[THREAD]], this.threads[other]]
      const text = `${a.name} ${write ? 'writes' : 'reads'} at ${memory.plainSite || a.site} what ${b.name} ${otherWrote ? 'wrote' : 'read'} (it is now at ${b.site}), in ${this.place(view, i)}, and nothing orders the two`
      this.fail(new InterleaveError('RACE', text))
    }, recorder)
  }

  // ---- a run -------------------------------------------------------------------------------------------------------

  begin(): void {
    const { scenario } = this
    if (this.witness !== undefined) this.tellLanding()
    if (scenario.reuse && this.made) memory.undo(this.setupMark)
    else {
      memory.undo(0)
      memory.beginRun()
      regs[MODE] = DRAINED
      points.left = NO_POINT
      try {
        this.state = settled(drain(scenario.setup())) as S
        register(this.state, 0, new Set())
      } finally {
        regs[MODE] = IDLE
      }
      this.made = true
      this.setupMark = memory.mark()
    }
    regs[M1] = regs[M2] = 0
    regs[RACES] = this.races
    regs[OWN] = regs[OTHERS] = 0
    if (this.races !== 0) clocks.begin()
    this.live = 0
    this.inUse.length = 0
    this.waits.clear()
    this.last = undefined
    this.steps = this.preemptions = this.kills = this.throws = 0
    this.failure = undefined
    this.delayed = false
    this.killed = []
    this.thrown = []
    this.strikes.length = 0
    for (let t = 0; t < this.names.length; t++) {
      const thread = this.start(this.names[t], t, false, this.ops[t], this.kept[t])
      if (this.ops[t].length === 0) thread.status = ENDED
    }
    memory.setBuffers(this.inUse)
  }

  /** Undoes what the last run did; the scenario is not to be run again. */
  close(): void {
    memory.undo(0)
    memory.setListeners(undefined, undefined)
    regs[MODE] = IDLE
  }

  private start(
    name: string,
    actor: number,
    isReaper: boolean,
    ops: readonly Operation<unknown>[],
    ids: readonly number[],
  ): Thread {
    const index = this.live++
    if (index === this.threads.length) {
      if (index >= ACTORS) throw new InterleaveError('BAD_SCENARIO', `more than ${ACTORS} threads at once`)
      this.threads.push(new Thread(index))
      this.buffers.push(new StoreBuffer(index))
      if (this.witness !== undefined) this.tellLanding()
    }
    const thread = this.threads[index]
    thread.reset(name, actor, isReaper, ops, ids)
    this.buffers[index].clear()
    this.inUse.push(this.buffers[index])
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
      (this.kills === 0 || thread.isReaper) &&
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
    return this.waits.timeouts(thread)
  }

  finished(): boolean {
    for (let t = 0; t < this.live; t++) if (this.threads[t].status < ENDED) return false
    return true
  }

  /** Entries of a thread's store buffer. */
  delayedStores(thread: number): number {
    return this.buffers[thread].count
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
      if (argOf(action) >= this.buffers[thread.index].count) throw misfit(thread, 'has no such delayed store')
      regs[THREAD] = -1
      regs[SAW] = regs[CHANGES] = regs[CONTENDED] = 0
      this.buffers[thread.index].commit(argOf(action))
      if (regs[CHANGES] > 0 && regs[CONTENDED] !== 0) this.refreshOthers(undefined)
    } else if (kind === EXPIRE) {
      if (argOf(action) >= this.timeouts(thread)) throw misfit(thread, 'waits for no time')
      this.witness?.note(thread, 'the wait times out')
      this.waits.expire(thread, argOf(action))
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
    if (this.delayed) noteDelayed(this.inUse, thread.index)
    points.left = NO_POINT
    regs[STRIKES] = 0
    this.endedOne = false
    regs[MODE] = RUNNING

    const { kind, site } = thread
    const place = thread.view === undefined ? -1 : thread.view.shadow.slot * 2 ** 32 + thread.address()
    this.witness?.before(thread)
    setJobs(thread.jobs)
    const answer = how === RUN && arg > 0 ? this.turns(thread) : this.perform(thread)
    this.witness?.after(thread, answer)
    const changedByStep = regs[CHANGES]
    if (this.canRun(thread)) {
      if (how === KILL_AFTER) this.kill(thread, thread.site)
      else this.proceed(thread, kind === WAIT_ASYNC ? asyncAnswer(thread, answer) : answer, how, arg)
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

  /** Performs the pending step, and tells what it answers. */
  private perform(thread: Thread): unknown {
    const { view, i } = thread
    if (thread.kind === START) return this.startOperation(thread)
    if (thread.kind === END) {
      this.land(thread.index)
      for (const { view, i } of thread.waiting) if (view !== undefined) memory.touchStep(view, i, true)
      this.waits.leave(thread)
      thread.forget()
      thread.status = ENDED
      return undefined
    }
    if (thread.kind === TURN) return this.turn(thread)
    if (view === undefined) return undefined // pause
    const slot = view.shadow.slot
    const at = thread.address()
    switch (thread.kind) {
      case LOAD: {
        const value = read(view, i, false)
        if (this.races !== 0) clocks.acquire(thread.index, slot, at)
        return value
      }
      case RMW: {
        this.land(thread.index)
        if (this.races !== 0 && thread.op !== 'store') clocks.acquire(thread.index, slot, at)
        const changes = regs[CHANGES]
        const value = readModifyWrite(thread.op as Rmw, view, i, thread.a, thread.b)
        const failed =
          thread.op === 'compareExchange' &&
          regs[CHANGES] === changes &&
          memory.coerce(view, thread.a) !== value
        if (this.races !== 0 && !failed) clocks.release(thread.index, slot, at, thread.op !== 'store')
        return value
      }
      case WAIT:
      case WAIT_ASYNC:
        return this.wait(thread, view, slot, at)
      case NOTIFY: {
        this.land(thread.index)
        memory.touchStep(view, i, true)
        if (this.races !== 0) clocks.release(thread.index, slot, at, true)
        const woken = this.waits.notify(view, i, Number(thread.a), (other) =>
          this.witness?.note(other, `woken by ${thread.name}`),
        )
        memory.fold(woken)
        return woken
      }
      case PLAIN_LOAD: {
        const value = read(view, i, false)
        if (this.races !== 0 && thread.order === 'acquire') clocks.acquire(thread.index, slot, at)
        return value
      }
      default: {
        memory.touchStep(view, i, true)
        this.buffers[thread.index].push(view, i, thread.a, thread.order === 'release')
        if (this.storeBuffers) {
          this.delayed = true
          regs[OWN] = 1
        } else this.buffers[thread.index].drain()
        return thread.a
      }
    }
  }

  private startOperation(thread: Thread): undefined {
    thread.k++
    thread.kind = POINT // from here on it stands inside the operation
    thread.b1 = thread.h1
    thread.b2 = thread.h2
    thread.injected = false
    thread.gen = undefined
    thread.isOperation = true
    thread.outcome = undefined
    thread.clearSpins()
    if (thread.isReaper) {
      const dead = this.reaps[thread.index]
      this.land(dead)
      if (this.races !== 0) clocks.fork(dead, thread.index)
    }
    return undefined
  }

  private wait(thread: Thread, view: View, slot: number, at: number): unknown {
    if (thread.woken !== undefined) {
      const answer = thread.woken
      thread.woken = undefined
      memory.fold(answer === 'ok' ? 1 : 2)
      if (this.races !== 0 && answer === 'ok') clocks.acquire(thread.index, slot, at)
      return answer
    }
    this.land(thread.index)
    memory.touchStep(view, thread.i, true)
    if (this.races !== 0) clocks.acquire(thread.index, slot, at)
    const value = view.array[thread.i]
    if (value !== thread.a) {
      memory.fold(0)
      return 'not-equal'
    }
    if (Number(thread.b) === 0) {
      memory.fold(2)
      return 'timed-out'
    }
    const promise = thread.kind === WAIT_ASYNC ? new Promised() : undefined
    this.waits.join(thread, Number(thread.b), promise)
    return 'waits'
  }

  /** All the turns that are before it as one. */
  private turns(thread: Thread): unknown {
    if (!this.canBatch(thread)) throw misfit(thread, 'has no turns to take as one')
    const results: unknown[] = []
    memory.fold(thread.turns.length)
    while (thread.turns.length > 0) results.push(this.turn(thread))
    return results.join(', ')
  }

  /** A turn of the event loop: a wait that is over settles its promise, and whoever awaits that goes on. */
  private turn(thread: Thread): unknown {
    const { view, i, id, result, promise } = thread.turns.shift() ?? thread.waiter
    if (view === undefined || promise === undefined) throw misfit(thread, 'has nothing to do')
    memory.fold(2 * id + (result === 'ok' ? 0 : 1))
    // Whoever wakes another of its waits before this turn may make the two one turn.
    if (thread.waiting.length + thread.turns.length > 0) regs[CONTENDED] = 1
    const at = view.base + (i << view.shift)
    if (this.races !== 0 && result === 'ok') clocks.acquire(thread.index, view.shadow.slot, at)
    settle(promise, false, result)
    return result
  }

  /** Everything that a thread's stores have been delayed by becomes visible. */
  private land(thread: number): void {
    const buffer = this.buffers[thread]
    if (buffer.count === 0) return
    buffer.drain()
  }

  /** Runs a thread's own code up to its next step, or to where something strikes. */
  private proceed(thread: Thread, answer: unknown, how: number, arg: number): void {
    if (how === KILL_AT || how === THROW_AT) {
      points.left = arg
      regs[STRIKES] = 1
    }
    let input = answer
    let toss: RangeError | undefined
    for (;;) {
      let next: IteratorResult<unknown, unknown>
      try {
        thread.gen ??= this.next(thread)
        if (thread.gen === undefined) {
          this.rest(thread)
          break
        }
        next = toss === undefined ? thread.gen.next(input) : thread.gen.throw(toss)
      } catch (error) {
        // Of the operation: what a job throws goes into a promise.
        thread.outcome = { threw: error, injected: thread.injected }
        thread.isOperation = false
        thread.gen = undefined
        toss = undefined
        continue
      }
      toss = undefined
      if (next.done) {
        thread.gen = undefined
        if (thread.isOperation) this.returned(thread, next.value)
        continue
      }
      if (next.value !== step) {
        throw new InterleaveError(
          'BAD_STEP',
          `${thread.name} yielded ${String(next.value)}, which is no step`,
        )
      }
      if (step.kind === ANSWERED) {
        input = step.answer
      } else if (step.kind !== POINT) {
        thread.kind = step.kind
        thread.op = step.op
        thread.site = step.site
        thread.view = step.view
        thread.i = step.i
        thread.a = step.a
        thread.b = step.b
        thread.order = step.order
        break
      } else if (how === KILL_AT) {
        this.kill(thread, step.site)
        return
      } else if (how === THROW_AT && this.throws < this.maxThrows) {
        points.left = NO_POINT
        regs[STRIKES] = 0
        this.throws++
        this.strikes.push(this.steps)
        thread.injected = true
        const strike = { thread: thread.name, operation: thread.operation(), where: step.site }
        this.thrown.push(strike)
        this.witness?.note(thread, `stack overflow at ${step.site}`)
        memory.fold(0x74000000 + arg)
        memory.fold(thread.count)
        toss = new RangeError('Maximum call stack size exceeded')
        input = undefined
      } else {
        this.fail(
          new InterleaveError('LIVELOCK', `${thread.name} runs on at ${step.site} without a shared step`),
        )
        return
      }
    }
    if (how === KILL_AT) this.kill(thread, thread.site)
  }

  /** What a thread runs next: its operation, or a job of its event loop; undefined if there is nothing. */
  private next(thread: Thread): Suspended | undefined {
    for (;;) {
      const job = thread.isOperation ? undefined : thread.jobs.shift()
      if (!thread.isOperation && job === undefined) return undefined
      const called = thread.isOperation ? thread.ops[thread.k](this.state) : job?.()
      if (isSuspended(called)) return called
      if (thread.isOperation) this.returned(thread, called)
    }
  }

  /** The function of an operation has returned; what it promises is yet to come. */
  private returned(thread: Thread, value: unknown): void {
    thread.isOperation = false
    if (value instanceof Promise) throw hostPromise(`operation ${thread.ids[thread.k]} of ${thread.name}`)
    if (!(value instanceof Promised)) {
      thread.outcome = { returned: value }
      return
    }
    react(value, (threw, result) => {
      thread.outcome = threw ? { threw: result, injected: thread.injected } : { returned: result }
    })
  }

  /** No job is left: the operation has ended, or the thread stands in its event loop. */
  private rest(thread: Thread): void {
    if (thread.outcome !== undefined) {
      this.ended(thread, thread.outcome)
      return
    }
    thread.kind = TURN
    thread.op = ''
    thread.order = ''
    thread.site = 'event loop'
    thread.view = undefined
    thread.status = thread.turns.length > 0 ? READY : WAITING
  }

  private ended(thread: Thread, outcome: Outcome): void {
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
    this.witness?.note(thread, `KILLED at ${where}`)
    const operation = thread.operation()
    if (thread.kind !== START && thread.kind !== END) {
      thread.h1 = thread.b1
      thread.h2 = thread.b2
    } else if (regs[MODE] === RUNNING) {
      // Struck in the very stretch in which its operation started or ended.
      thread.h1 = regs[H1]
      thread.h2 = regs[H2]
    }
    this.waits.leave(thread)
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
    const started = this.start(name, this.reaperOf(thread.actor), true, [reap], [0])
    this.reaps[started.index] = thread.index
  }

  /** The actor that reaps `dead`. It lives only after `dead`, and no two reapers live at once: one strike hits a thread. */
  private reaperOf(dead: number): number {
    let actor = this.reapers.get(dead)
    if (actor === undefined) {
      actor = this.newActor(this.ancestors[dead] | (1 << dead))
      this.reapers.set(dead, actor)
    }
    return actor
  }

  private newActor(ancestors: number): number {
    const actor = this.ancestors.length
    if (actor >= ACTORS) throw new InterleaveError('BAD_SCENARIO', 'too many threads and kills to tell apart')
    this.ancestors.push(ancestors)
    coexist[actor] = 0
    for (let other = 0; other < actor; other++) {
      const chained = ((ancestors >>> other) & 1) !== 0
      const bothReap = ancestors !== 0 && this.ancestors[other] !== 0
      if (chained || bothReap) continue
      coexist[actor] |= 1 << other
      coexist[other] |= 1 << actor
    }
    return actor
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
    for (let t = 0; t < this.live; t++) this.land(t)
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
    const known = this.known(view, i)
    if (known !== undefined) return known.name
    return `${nameIn(this.state, view.array) ?? memory.KINDS[view.kind]}[${i}]`
  }

  /** What the scenario says of a location. Its functions may have been rewritten as well. */
  private known(view: View, i: number): { name: string; race?: string } | undefined {
    return drain(this.scenario.location?.(view.array, i)) as ReturnType<NonNullable<Scenario<S>['location']>>
  }

  placeOf(thread: Thread): string {
    return thread.view === undefined ? '' : this.place(thread.view, thread.i)
  }

  // ---- what it has come to ---------------------------------------------------------------------------------------------

  /** One lane (0 or 1) of the key of the state: equal keys mean that everything from here on can be equal. */
  key(lane: number): number {
    const by = lane === 0 ? 0x85ebca6b : 0x9e3779b1
    let h = lane === 0 ? regs[M1] : regs[M2]
    for (let t = 0; t < this.live; t++) {
      const thread = this.threads[t]
      const { status } = thread
      const about =
        status |
        (thread.parked ? 4 : 0) |
        (thread.expired ? 8 : 0) |
        (thread.woken === undefined ? 0 : thread.woken === 'ok' ? 16 : 32) |
        (thread.kind === START || thread.kind === END ? 64 : 0) |
        (thread.actor << 8) |
        (thread.pauses << 12) |
        ((thread.k + 1) << 16)
      h = Math.imul(h ^ about, by)
      h = Math.imul(h ^ (h >>> 15) ^ (lane === 0 ? thread.h1 : thread.h2), 0xc2b2ae35)
      h ^= h >>> 13
      if (status < ENDED) h = Math.imul(h ^ thread.count, by)
      for (const { id, result } of thread.turns) h = Math.imul(h ^ (2 * id + (result === 'ok' ? 0 : 1)), by)
      if (this.delayed) h = this.buffers[t].hash(h ^ t)
    }
    h = this.waits.hash(h ^ (h >>> 16))
    const { last } = this
    let who = 0
    if (last !== undefined && (this.canRun(last) || this.canKill(last))) who = last.index + 1
    h = Math.imul(h ^ who ^ (this.kills << 8) ^ (this.throws << 16), by)
    h ^= h >>> 16
    if (this.races !== 0) h = clocks.hash(h, lane)
    return h
  }

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

function misfit(thread: Thread | undefined, why: string): InterleaveError {
  return new InterleaveError(
    'BAD_TRACE',
    `the trace does not fit: ${thread?.name ?? 'an unknown thread'} ${why}`,
  )
}

/** Gives the buffers that are found in a state their places, so that they are the same in every run. */
function register(value: unknown, depth: number, seen: Set<unknown>): void {
  if (typeof value !== 'object' || value === null || seen.has(value) || seen.size > 200) return
  seen.add(value)
  if (value instanceof SharedArrayBuffer) memory.shadowOf(value)
  else if (ArrayBuffer.isView(value)) memory.viewOf(value)
  else if (depth < 4) for (const part of Object.values(value)) register(part, depth + 1, seen)
}

/** Where in a state an array is found. */
function nameIn(value: unknown, array: unknown, depth = 0): string | undefined {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || depth > 3) return undefined
  for (const [name, part] of Object.entries(value)) {
    if (part === array) return name
    const inner = nameIn(part, array, depth + 1)
    if (inner !== undefined) return `${name}.${inner}`
  }
  return undefined
}
