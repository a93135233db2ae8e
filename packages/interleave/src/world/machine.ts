/**
 * What the machine does at each step of a thread: to memory, to the stores that it delays, to those that wait, and to the
 * clocks that tell races.
 */

import { setBuffers, touchStep } from '../memory/access.ts'
import { noteDelayed, StoreBuffer } from '../memory/buffers.ts'
import * as clocks from '../memory/clocks.ts'
import { type Rmw, read, readModifyWrite } from '../memory/memory.ts'
import { CHANGES, CONTENDED, OTHERS, OWN, RACES, regs } from '../memory/registers.ts'
import { fold } from '../memory/seen.ts'
import { coerce, type View } from '../memory/shadow.ts'
import { Promised, settle } from '../promises.ts'
import type { Faults } from '../scenario.ts'
import {
  END,
  ENDED,
  LOAD,
  misfit,
  NOTIFY,
  PLAIN_LOAD,
  POINT,
  RMW,
  START,
  type Thread,
  TURN,
  WAIT,
  WAIT_ASYNC,
} from './thread.ts'
import { WaitLine } from './waits.ts'
import type { Witness } from './witness.ts'

export class Machine {
  readonly waits = new WaitLine()
  /** Of each thread, by its place among the run's threads; `inUse` are those of this run. */
  readonly buffers: StoreBuffer[] = []
  readonly inUse: StoreBuffer[] = []
  /** Whether any store of this run has been delayed. */
  delayed = false
  /** 0, or 1 for plain races, 2 for plain against atomic as well. */
  readonly races: number
  witness: Witness | undefined
  private readonly storeBuffers: boolean

  constructor({ storeBuffers = true, races = false }: Faults) {
    this.storeBuffers = storeBuffers
    this.races = races === 'mixed' ? 2 : races ? 1 : 0
  }

  /** A new run. */
  begin(): void {
    regs[RACES] = this.races
    regs[OWN] = regs[OTHERS] = 0
    if (this.races !== 0) clocks.begin()
    this.inUse.length = 0
    this.waits.clear()
    this.delayed = false
    setBuffers(this.inUse)
  }

  /** A thread of this run has started. */
  join(thread: Thread): void {
    const { index } = thread
    if (index === this.buffers.length) this.buffers.push(new StoreBuffer(index))
    const buffer = this.buffers[index]
    const { witness } = this
    if (witness !== undefined) buffer.onLanding = (view, i, value) => witness.lands(thread, view, i, value)
    buffer.clear()
    this.inUse.push(buffer)
  }

  /** A transition of a thread begins: whose stores are delayed, its own or those of others. */
  attend(thread: Thread): void {
    if (this.delayed) noteDelayed(this.inUse, thread.index)
  }

  /** Performs the pending step, and tells what it answers. */
  perform(thread: Thread): unknown {
    const { view, i } = thread
    if (thread.kind === START) return this.startOperation(thread)
    if (thread.kind === END) {
      this.land(thread.index)
      for (const { view, i } of thread.waiting) if (view !== undefined) touchStep(view, i, true)
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
          thread.op === 'compareExchange' && regs[CHANGES] === changes && coerce(view, thread.a) !== value
        if (this.races !== 0 && !failed) clocks.release(thread.index, slot, at, thread.op !== 'store')
        return value
      }
      case WAIT:
      case WAIT_ASYNC:
        return this.wait(thread, view, slot, at)
      case NOTIFY: {
        this.land(thread.index)
        touchStep(view, i, true)
        if (this.races !== 0) clocks.release(thread.index, slot, at, true)
        const woken = this.waits.notify(view, i, Number(thread.a), (other) =>
          this.witness?.note(other, `woken by ${thread.name}`),
        )
        fold(woken)
        return woken
      }
      case PLAIN_LOAD: {
        const value = read(view, i, false)
        if (this.races !== 0 && thread.order === 'acquire') clocks.acquire(thread.index, slot, at)
        return value
      }
      default: {
        touchStep(view, i, true)
        this.buffers[thread.index].push(view, i, thread.a, thread.order === 'release')
        if (this.storeBuffers) {
          this.delayed = true
          regs[OWN] = 1
        } else this.buffers[thread.index].drain()
        return thread.a
      }
    }
  }

  /** All the turns that are before it as one. */
  turns(thread: Thread): unknown {
    const results: unknown[] = []
    fold(thread.turns.length)
    while (thread.turns.length > 0) results.push(this.turn(thread))
    return results.join(', ')
  }

  /** Everything that a thread's stores have been delayed by becomes visible. */
  land(thread: number): void {
    const buffer = this.buffers[thread]
    if (buffer.count === 0) return
    buffer.drain()
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
    if (thread.reaps >= 0) {
      this.land(thread.reaps)
      if (this.races !== 0) clocks.fork(thread.reaps, thread.index)
    }
    return undefined
  }

  private wait(thread: Thread, view: View, slot: number, at: number): unknown {
    if (thread.woken !== undefined) {
      const answer = thread.woken
      thread.woken = undefined
      fold(answer === 'ok' ? 1 : 2)
      if (this.races !== 0 && answer === 'ok') clocks.acquire(thread.index, slot, at)
      return answer
    }
    this.land(thread.index)
    touchStep(view, thread.i, true)
    if (this.races !== 0) clocks.acquire(thread.index, slot, at)
    const value = view.array[thread.i]
    if (value !== thread.a) {
      fold(0)
      return 'not-equal'
    }
    if (Number(thread.b) === 0) {
      fold(2)
      return 'timed-out'
    }
    const promise = thread.kind === WAIT_ASYNC ? new Promised() : undefined
    this.waits.join(thread, Number(thread.b), promise)
    return 'waits'
  }

  /** A turn of the event loop: a wait that is over settles its promise, and whoever awaits that goes on. */
  private turn(thread: Thread): unknown {
    const { view, i, id, result, promise } = thread.turns.shift() ?? thread.waiter
    if (view === undefined || promise === undefined) throw misfit(thread, 'has nothing to do')
    fold(2 * id + (result === 'ok' ? 0 : 1))
    // Whoever wakes another of its waits before this turn may make the two one turn.
    if (thread.waiting.length + thread.turns.length > 0) regs[CONTENDED] = 1
    const at = view.base + (i << view.shift)
    if (this.races !== 0 && result === 'ok') clocks.acquire(thread.index, view.shadow.slot, at)
    settle(promise, false, result)
    return result
  }
}
