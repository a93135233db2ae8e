/**
 * `Atomics.wait` and `Atomics.notify` as the model has them.
 *
 * Waiters of a location stand in one line, first come, first woken (ECMAScript's WaiterList). Whoever is woken can run
 * again; whether it does so at once is the scheduler's choice. A finite timeout may fire at any moment while its thread
 * stands in line. Nothing else ends a wait: there are no spurious wake-ups, as the specification has none.
 */

import type { View } from './memory.ts'
import { READY, type Thread, WAITING } from './thread.ts'

export class WaitLine {
  private readonly line: Thread[] = []

  clear(): void {
    this.line.length = 0
  }

  join(thread: Thread, timeout: number): void {
    thread.status = WAITING
    thread.timed = timeout < Number.POSITIVE_INFINITY
    this.line.push(thread)
  }

  leave(thread: Thread): void {
    const at = this.line.indexOf(thread)
    if (at >= 0) this.line.splice(at, 1)
  }

  /** Wakes up to `count` of those that wait at this element; `woken` is told of each. The answer is how many. */
  notify(view: View, i: number, count: number, woken: (thread: Thread) => void): number {
    const at = view.base + (i << view.shift)
    let n = 0
    for (let k = 0; k < this.line.length && n < count; ) {
      const thread = this.line[k]
      if (thread.view?.shadow === view.shadow && thread.address() === at) {
        this.line.splice(k, 1)
        wake(thread, 'ok')
        woken(thread)
        n++
      } else k++
    }
    return n
  }

  /** The wait of `thread` times out. */
  expire(thread: Thread): void {
    this.leave(thread)
    wake(thread, 'timed-out')
  }

  /** Folds the line into a lane of the state's key: its order says who is woken first. */
  hash(seed: number): number {
    let h = seed
    for (const thread of this.line) h = Math.imul(h ^ (thread.index + 1), 0x9e3779b1) ^ (h >>> 15)
    return h
  }
}

function wake(thread: Thread, result: 'ok' | 'timed-out'): void {
  thread.status = READY
  thread.woken = result
}
