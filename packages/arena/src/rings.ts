/**
 * Rings: the used runs of one class of one thread, linked both ways through the two link words of their first
 * pages, with a hand per class that goes round. One thread uses them; hints, re-derived from run words.
 */

import type { Arena } from './arena.ts'
import { R_RING } from './layout.ts'

export class Rings {
  private readonly W: Int32Array
  private readonly nexts: number
  private readonly prevs: number
  private readonly hands: number

  constructor(arena: Arena, record: number) {
    this.W = arena.W
    this.nexts = arena.geometry.next
    this.prevs = arena.geometry.prev
    this.hands = record + R_RING
  }

  /** The run that the hand points to; 0 if the ring is empty. */
  hand(c: number): number {
    return this.W[this.hands + c]
  }

  setHand(c: number, page: number): void {
    this.W[this.hands + c] = page
  }

  next(page: number): number {
    return this.W[this.nexts + page]
  }

  /** Links a run in behind the hand's run, and points the hand at it. */
  insert(c: number, page: number): void {
    const W = this.W
    const hand = W[this.hands + c]
    if (hand === 0) {
      W[this.nexts + page] = page
      W[this.prevs + page] = page
    } else {
      const after = W[this.nexts + hand]
      W[this.nexts + page] = after
      W[this.prevs + page] = hand
      W[this.nexts + hand] = page
      W[this.prevs + after] = page
    }
    W[this.hands + c] = page
  }

  remove(c: number, page: number): void {
    const W = this.W
    const next = W[this.nexts + page]
    const prev = W[this.prevs + page]
    W[this.nexts + prev] = next
    W[this.prevs + next] = prev
    if (W[this.hands + c] === page) W[this.hands + c] = next === page ? 0 : prev
  }
}
