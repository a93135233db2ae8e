/**
 * `Atomics.wait`, `waitAsync` and `notify` as the model has them.
 *
 * Waiters of a location stand in one line, whether they sleep or left a promise, first come, first woken (ECMAScript's
 * WaiterList). Whoever is woken can run again; whether it does so at once is the scheduler's choice. A sleeper's timeout
 * may fire at any moment while it stands in line. A promise is settled by a job of its thread's event loop, and so is its
 * timeout, which therefore fires only when the thread has nothing else to do; until it does, the waiter can be woken. Of
 * one thread's promises those woken first are settled first, one by one or all at once, as V8 does it (the specification leaves
 * the order open). Nothing else ends a wait: there are no spurious wake-ups, as the specification has none.
 */

import type { View } from '../memory/shadow.ts'
import type { Promised } from '../promises.ts'
import { READY, type Thread, TURN, WAITING, Waiter } from './thread.ts'

export class WaitLine {
  private readonly line: Waiter[] = []

  clear(): void {
    this.line.length = 0
  }

  /** `thread` waits for the element that its pending step is about; asynchronously, if there is a promise. */
  join(thread: Thread, timeout: number, promise?: Promised): void {
    const waiter = promise === undefined ? thread.waiter : new Waiter(thread, ++thread.waits)
    waiter.view = thread.view
    waiter.i = thread.i
    waiter.site = thread.site
    waiter.timed = timeout < Number.POSITIVE_INFINITY
    waiter.promise = promise
    if (promise === undefined) thread.status = WAITING
    else thread.waiting.push(waiter)
    this.line.push(waiter)
  }

  /** Nobody of `thread` stands in line any more. */
  leave(thread: Thread): void {
    for (let k = this.line.length - 1; k >= 0; k--) if (this.line[k].thread === thread) this.line.splice(k, 1)
  }

  /** Wakes up to `count` of those that wait at this element; `woken` is told of each. The answer is how many. */
  notify(view: View, i: number, count: number, woken: (thread: Thread) => void): number {
    const at = view.base + (i << view.shift)
    let n = 0
    for (let k = 0; k < this.line.length && n < count; ) {
      const waiter = this.line[k]
      if (waiter.view?.shadow === view.shadow && waiter.address() === at) {
        this.line.splice(k, 1)
        wake(waiter, 'ok')
        woken(waiter.thread)
        n++
      } else k++
    }
    return n
  }

  /** How many waits of `thread` could time out now. */
  timeouts(thread: Thread): number {
    if (thread.status !== WAITING) return 0
    if (thread.kind !== TURN) return thread.waiter.timed && !thread.expired ? 1 : 0
    let n = 0
    for (const waiter of thread.waiting) if (mayExpire(waiter)) n++
    return n
  }

  /** Wait number `nth` of those times out. */
  expire(thread: Thread, nth: number): void {
    const waiter = thread.kind === TURN ? thread.waiting.filter(mayExpire)[nth] : thread.waiter
    this.line.splice(this.line.indexOf(waiter), 1)
    thread.expired = true
    thread.waitsThen = thread.waits
    wake(waiter, 'timed-out')
  }

  /** Folds the line into a lane of the state's key: its order says who is woken first. */
  hash(seed: number): number {
    let h = seed
    for (const { thread, id } of this.line) {
      h = Math.imul(h ^ (thread.index + 1) ^ (id << 8), 0x9e3779b1) ^ (h >>> 15)
    }
    return h
  }
}

/** Not again and again while nothing changes; but all that stood in line at the first timeout. */
function mayExpire({ timed, thread, id }: Waiter): boolean {
  return timed && (!thread.expired || id <= thread.waitsThen)
}

function wake(waiter: Waiter, result: 'ok' | 'timed-out'): void {
  const { thread } = waiter
  if (waiter.promise === undefined) {
    thread.status = READY
    thread.woken = result
    return
  }
  waiter.result = result
  thread.waiting.splice(thread.waiting.indexOf(waiter), 1)
  thread.turns.push(waiter)
  if (thread.status === WAITING && thread.kind === TURN) thread.status = READY
}
