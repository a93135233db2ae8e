/**
 * The killer: the ways in which a worker dies here. Whoever is to die is at work, at whatever it happens to be doing.
 *
 * - It is watched by the main thread, and reaped on its exit. One that watches a worker takes that one along.
 * - It is not watched; another worker is told to reap it, as one would who has an oracle of his own. That one
 *   finishes; or is ended at it, and the main thread reaps it and goes on where it stopped; or the main thread
 *   reaps the dead one at the same time.
 */

import type { Heap } from '@hakmem/core'
import { type Books, J_OP, REPORT, S_ORDER, S_REPORT, S_STATE, S_SUSPECTS, S_THREAD, SEAT } from './books.ts'
import type { Death } from './checker.ts'
import type { Crew } from './crew.ts'
import type { Random } from './random.ts'

export interface Toll {
  readonly deaths: Death[]
  readonly suspects: Set<number>
  /** Deaths that struck inside an operation, by the journal. */
  inside: number
  /** Reapers that were ended with a record half reaped. */
  halfReaped: number
  /** Calls of `reap` that were made, by watches and by hand. */
  reaps: number
}

/** How long to wait for a worker to take up an order. */
const ORDER_LIMIT = 2000

export function noToll(): Toll {
  return { deaths: [], suspects: new Set(), inside: 0, halfReaped: 0, reaps: 0 }
}

export class Killer {
  private readonly heap: Heap
  private readonly books: Books
  private readonly crew: Crew
  private readonly random: Random
  private readonly childSeat: number

  constructor(heap: Heap, books: Books, crew: Crew, random: Random) {
    this.heap = heap
    this.books = books
    this.crew = crew
    this.random = random
    this.childSeat = crew.childSeat
  }

  /** Ends one worker, and adds to `toll` what came of it. Strikes may overlap. */
  async strike(toll: Toll): Promise<void> {
    const { crew, random } = this
    const seats = crew.hands
      .map((hand, seat) => ({ hand, seat }))
      .filter(({ hand, seat }) => hand !== undefined && !crew.busy.has(seat) && crew.isSitting(seat))
      .sort((a, b) => (a.hand?.thread ?? 0) - (b.hand?.thread ?? 0))
    if (seats.length < 2) return
    // The oldest two die rarely: somebody shall get so far that V8 has optimised what it runs.
    const spared = random.below(8) === 0 ? 0 : Math.min(2, seats.length - 1)
    const [victim] = seats.splice(spared + random.below(seats.length - spared), 1)
    const [reaper] = seats.splice(random.below(seats.length), 1)
    const isOrder = !victim.hand?.isParent && !reaper.hand?.isParent && random.below(3) === 0
    if (isOrder) await this.killAndOrder(victim.seat, reaper.seat, toll)
    else await this.killWatched(victim.seat, toll)
  }

  /** What a worker's own worker left since the last check, if its watcher ended and reaped it. Everybody is stopped. */
  collect(toll: Toll): void {
    const { books, childSeat } = this
    if (books.W[books.seat(childSeat) + S_STATE] !== SEAT.dead) return
    if (toll.deaths.some(({ seat }) => seat === childSeat)) return
    this.take(childSeat, toll)
    toll.reaps++
    this.note(childSeat, true, toll)
  }

  private async killWatched(victim: number, toll: Toll): Promise<void> {
    const { books, childSeat, crew } = this
    const hand = crew.hands[victim]
    if (hand === undefined) return
    const child = books.seat(childSeat)
    let wasChildAlive = false
    let isChildHeld = false
    hand.worker.prependOnceListener('exit', () => {
      // Before the watch, which hears the exit next, reaps.
      const state = books.W[child + S_STATE]
      wasChildAlive = hand.isParent && (state === SEAT.sitting || state === SEAT.dying)
      isChildHeld = this.isHeld(books.W[child + S_THREAD] - 1, hand.thread)
    })
    if (hand.isParent) Atomics.compareExchange(books.W, child + S_STATE, SEAT.sitting, SEAT.dying)
    const { reaped } = await crew.kill(victim)
    if (reaped === undefined) throw new Error('the watch did not reap')
    toll.reaps++
    for (const { ptr } of reaped.suspects) toll.suspects.add(ptr)
    this.note(victim, true, toll)
    if (!wasChildAlive) return
    // Its child has died with it, or before, by its hand; then it may have died between reaping it and telling.
    Atomics.store(books.W, child + S_STATE, SEAT.dead)
    this.take(childSeat, toll)
    this.note(childSeat, isChildHeld || books.W[child + S_REPORT] === REPORT.made, toll)
  }

  private async killAndOrder(victim: number, reaper: number, toll: Toll): Promise<void> {
    const { books, crew, random } = this
    crew.busy.add(reaper)
    crew.hands[victim]?.watch.dispose()
    const dead = await crew.kill(victim)
    const at = books.seat(reaper)
    Atomics.store(books.W, at + S_ORDER, dead.thread + 1)
    const hasBegun = await this.waitFor(at + S_REPORT, REPORT.begun)
    toll.reaps++
    let isReported = true
    switch (hasBegun ? random.below(3) : 0) {
      case 0:
        if (!(await this.waitFor(at + S_REPORT, REPORT.made)))
          crew.violations.push('an order to reap was not taken up')
        break
      case 1:
        this.reap(dead.thread, toll)
        if (!(await this.waitFor(at + S_REPORT, REPORT.made)))
          crew.violations.push('a reaper did not come to an end')
        break
      default: {
        for (let spin = random.below(2) * random.below(5000); spin > 0; spin--) Atomics.load(books.W, at)
        crew.hands[reaper]?.watch.dispose()
        const other = await crew.kill(reaper)
        isReported = this.isHeld(dead.thread, other.thread) || books.W[at + S_REPORT] === REPORT.made
        if (this.words().includes(-(other.thread + 1))) toll.halfReaped++
        this.reap(other.thread, toll)
        this.reap(dead.thread, toll)
        this.note(reaper, true, toll)
      }
    }
    crew.busy.delete(reaper)
    this.take(reaper, toll)
    this.note(victim, isReported, toll)
  }

  private reap(thread: number, toll: Toll): void {
    toll.reaps++
    for (const { ptr } of this.heap.reap(thread).suspects) toll.suspects.add(ptr)
  }

  /** Takes over what a worker in `seat` reported. */
  private take(seat: number, toll: Toll): void {
    const { W: B } = this.books
    const at = this.books.seat(seat)
    if (B[at + S_REPORT] === REPORT.made) {
      for (let k = 0; k < B[at + S_SUSPECTS]; k++) toll.suspects.add(B[this.books.suspect(seat, k)])
    }
    B[at + S_SUSPECTS] = 0
    B[at + S_REPORT] = REPORT.none
  }

  private note(seat: number, isReported: boolean, toll: Toll): void {
    if (this.books.W[this.books.seat(seat) + J_OP] !== 0) toll.inside++
    toll.deaths.push({ seat, isReported })
  }

  /** Whether a record is still that of `thread`, or is being reaped by `reaper`. */
  private isHeld(thread: number, reaper: number): boolean {
    const words = this.words()
    return words.includes(thread + 1) || words.includes(-(reaper + 1))
  }

  /** The record words of the heap. */
  private words(): number[] {
    const { W, geometry: g } = this.heap.arena
    return Array.from({ length: g.threads }, (_, slot) => Atomics.load(W, g.records + slot * g.recordWords))
  }

  private async waitFor(word: number, value: number): Promise<boolean> {
    const { W: B } = this.books
    const limit = performance.now() + ORDER_LIMIT
    for (let turns = 0; Atomics.load(B, word) < value; turns++) {
      this.crew.hear()
      if (performance.now() > limit || this.crew.violations.length > 0) return false
      // Promptly at first, so that what comes next may strike in the middle.
      if (turns < 50_000) continue
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    return true
  }
}
