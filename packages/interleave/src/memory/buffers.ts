/**
 * Store buffers: declared plain stores that the processor has not let others see yet.
 *
 * A *release* store becomes visible after everything that stands before it in its thread's buffer; an *unordered* one may
 * overtake, except over a store to the same bytes. The thread itself reads its own stores at once. Everything lands at
 * the thread's next Atomics operation that writes (or waits, or notifies), at its end, and before the reaper of a killed
 * thread takes its first step, for its `exit` event is an edge. In between the scheduler decides (`World.commit`), and
 * needs to only where another thread is about to touch those bytes.
 *
 * Over-approximation, on purpose: an undeclared plain store does not wait behind a delayed one. Races on those are found
 * by clocks, not by delays.
 */

import { contended, meetOthers } from './access.ts'
import * as clocks from './clocks.ts'
import { land } from './memory.ts'
import { CONTENDED, OTHERS, OWN, RACES, regs, THREAD } from './registers.ts'
import type { Shadow, View } from './shadow.ts'

export class StoreBuffer {
  /** Place of the thread among the run's threads. */
  readonly thread: number
  readonly views: View[] = []
  readonly indices: number[] = []
  readonly values: (number | bigint)[] = []
  readonly releases: boolean[] = []
  private readonly captured: (Int32Array | undefined)[] = []
  count = 0
  /** Told of each store before it lands, while a failure is written down. */
  onLanding: ((view: View, i: number, value: number | bigint) => void) | undefined

  constructor(thread: number) {
    this.thread = thread
  }

  clear(): void {
    this.count = 0
  }

  push(view: View, i: number, value: number | bigint, release: boolean): void {
    const e = this.count++
    this.views[e] = view
    this.indices[e] = i
    this.values[e] = value
    this.releases[e] = release
    this.captured[e] = regs[RACES] !== 0 && release ? clocks.capture(this.thread) : undefined
  }

  private address(e: number): number {
    return this.views[e].base + (this.indices[e] << this.views[e].shift)
  }

  /** Whether entry `e` covers any of the bytes [at, end). */
  covers(e: number, shadow: Shadow, at: number, end: number): boolean {
    if (this.views[e].shadow !== shadow) return false
    const from = this.address(e)
    return from < end && at < from + (1 << this.views[e].shift)
  }

  /** The newest entry that covers any of `size` bytes at `at`; -1 if none does. */
  find(shadow: Shadow, at: number, size: number): number {
    for (let e = this.count - 1; e >= 0; e--) {
      if (this.covers(e, shadow, at, at + size)) return e
    }
    return -1
  }

  /** Whether entry `e` is an element just like this one, and so its value can be read from the buffer. */
  exact(e: number, view: View, at: number): boolean {
    return this.views[e].kind === view.kind && this.address(e) === at
  }

  /** Lets all entries land; called for the running thread. */
  drain(): void {
    for (let e = 0; e < this.count; e++) this.landOne(e)
    this.count = 0
    if (this.thread === regs[THREAD]) regs[OWN] = 0
  }

  /**
   * Lets land what covers any of `size` bytes at `at`, for an access of the thread itself that cannot be served from the
   * buffer. No more than that: whether the rest is still delayed then is the scheduler's choice.
   */
  settle(shadow: Shadow, at: number, size: number): void {
    for (let e = this.find(shadow, at, size); e >= 0; e = this.find(shadow, at, size)) this.commit(e)
    if (this.count === 0 && this.thread === regs[THREAD]) regs[OWN] = 0
  }

  /** Lets entry `e` land, and before it whatever must not be overtaken. */
  commit(e: number): void {
    const view = this.views[e]
    const at = this.address(e)
    let kept = 0
    for (let j = 0; j < this.count; j++) {
      const lands =
        j === e ||
        (j < e &&
          (this.releases[e] ||
            this.mustPrecede(j, e) ||
            this.covers(j, view.shadow, at, at + (1 << view.shift))))
      if (lands) this.landOne(j)
      else this.move(j, kept++)
    }
    this.count = kept
  }

  /** Whether `j` stands, by way of entries in between, before something that `e` may not overtake. */
  private mustPrecede(j: number, e: number): boolean {
    for (let m = j + 1; m < e; m++) {
      const view = this.views[e]
      const at = this.address(e)
      if (this.releases[m] && this.covers(m, view.shadow, at, at + (1 << view.shift))) return true
    }
    return false
  }

  private move(from: number, to: number): void {
    if (from === to) return
    this.views[to] = this.views[from]
    this.indices[to] = this.indices[from]
    this.values[to] = this.values[from]
    this.releases[to] = this.releases[from]
    this.captured[to] = this.captured[from]
  }

  private landOne(e: number): void {
    const view = this.views[e]
    if (contended(view, this.indices[e])) regs[CONTENDED] = 1
    // Two stores to one place that are both delayed: which lands last matters.
    meetOthers(this.thread, view, this.address(e))
    this.onLanding?.(view, this.indices[e], this.values[e])
    land(view, this.indices[e], this.values[e])
    const clock = this.captured[e]
    if (clock !== undefined) clocks.releaseOf(clock, view.shadow.slot, this.address(e))
    else if (regs[RACES] !== 0) clocks.forget(view.shadow.slot, this.address(e))
  }

  /** Folds the buffer into a lane of the state's key. */
  hash(seed: number): number {
    let h = seed
    for (let e = 0; e < this.count; e++) {
      const value = this.values[e]
      h = Math.imul(h ^ this.address(e) ^ (this.views[e].shadow.slot << 24), 0x85ebca6b)
      h = Math.imul(
        (h ^ (h >>> 15)) + (typeof value === 'number' ? value | 0 : Number(value & 0xffffffffn)),
        0xc2b2ae35,
      )
      h ^= (h >>> 13) + (this.releases[e] ? 1 : 0)
    }
    return h
  }
}

/** Sets the registers that say whose stores are delayed, for thread `thread`. */
export function noteDelayed(buffers: readonly StoreBuffer[], thread: number): void {
  let others = 0
  for (const buffer of buffers) if (buffer.thread !== thread && buffer.count > 0) others = 1
  regs[OTHERS] = others
  regs[OWN] = buffers[thread].count > 0 ? 1 : 0
}
