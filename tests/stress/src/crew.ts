/**
 * The crew: as many workers at work as asked for, and a few more that wait, warm, to take over (a worker takes 19 to
 * 37 ms to start). There are more seats than workers: the seat of a dead one stays empty until the next check has
 * put its books in order, while its successor sits in another. Brings everybody to a stop and lets them go on.
 */

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Heap, Reaped, Watch } from '@hakmem/core'
import {
  type Books,
  C_EPOCH,
  J_OP,
  OP,
  S_ORDER,
  S_REPORT,
  S_STATE,
  S_STOPPED,
  S_SUSPECTS,
  S_WRONG,
  SEAT,
} from './books.ts'
import { type Orders, STACK } from './orders.ts'

interface Hand {
  readonly worker: Worker
  /** Its heap thread id, known before it attaches; the Worker forgets it when it ends. */
  readonly thread: number
  readonly watch: Watch
  readonly start: Int32Array
  /** Whether it has a worker of its own, in the child seat. */
  isParent: boolean
  /** What its watch reaped, once it has. */
  reaped: Reaped | undefined
  /** That it ends is no surprise. */
  isDoomed: boolean
}

/** Milliseconds within which everybody must have come to a stop. */
const STOP_LIMIT = 10_000

export class Crew {
  /** By seat; the last seat is that of the worker which one of them has. */
  readonly hands: (Hand | undefined)[]
  readonly childSeat: number
  /** Seats whose workers have an order, and shall not be given another one. */
  readonly busy = new Set<number>()
  readonly violations: string[] = []
  private readonly heap: Heap
  private readonly books: Books
  private readonly spares: Hand[] = []
  private readonly seed: number
  private readonly threads: number
  private started = 0
  /** Parents that are dying: the child seat may still be their child's. */
  private dyingParents = 0
  private readonly idle = new Int32Array(new SharedArrayBuffer(4))

  constructor(heap: Heap, books: Books, threads: number, seed: number) {
    this.heap = heap
    this.books = books
    this.seed = seed
    this.childSeat = books.seats - 1
    this.threads = threads
    this.hands = new Array(this.childSeat).fill(undefined)
  }

  /** Starts workers until `count` wait. */
  warm(count: number): void {
    while (this.spares.length < count) {
      const start = new Int32Array(new SharedArrayBuffer(8))
      const { heap, books } = this
      const workerData: Orders = {
        heap: heap.handle,
        books: books.buffer,
        seats: books.seats,
        start,
        seed: this.seed * 1000 + this.started++,
      }
      const worker = new Worker(new URL('./seat.worker.js', import.meta.url), {
        workerData,
        resourceLimits: { stackSizeMb: STACK },
      })
      const hand: Hand = {
        worker,
        thread: worker.threadId,
        watch: heap.watch(worker, (reaped) => {
          hand.reaped = reaped
        }),
        start,
        isParent: false,
        reaped: undefined,
        isDoomed: false,
      }
      worker.on('error', (error) => this.violations.push(`a worker crashed: ${error.stack ?? error}`))
      worker.on('exit', () => {
        if (!hand.isDoomed) this.violations.push('a worker ended by itself')
      })
      this.spares.push(hand)
    }
  }

  /** Puts spares into empty seats until all are at work; the first without a worker of its own among them gets one. */
  fill(): void {
    for (
      let sitting = this.hands.filter((hand) => hand !== undefined).length;
      sitting < this.threads;
      sitting++
    ) {
      const seat = this.hands.findIndex((hand, seat) => hand === undefined && this.isEmpty(seat))
      if (seat < 0) return
      this.warm(1)
      const hand = this.spares.shift()
      if (hand === undefined) return
      hand.isParent = this.dyingParents === 0 && !this.hands.some((other) => other?.isParent)
      this.hands[seat] = hand
      hand.start[1] = hand.isParent ? this.childSeat + 1 : 0
      Atomics.store(hand.start, 0, seat + 1)
      Atomics.notify(hand.start, 0)
    }
  }

  private isEmpty(seat: number): boolean {
    return Atomics.load(this.books.W, this.books.seat(seat) + S_STATE) === SEAT.empty
  }

  isSitting(seat: number): boolean {
    return Atomics.load(this.books.W, this.books.seat(seat) + S_STATE) === SEAT.sitting
  }

  /** Ends the worker in `seat`, now; resolves when it has ended (and, if it is watched, is reaped). */
  async kill(seat: number): Promise<Hand> {
    const hand = this.hands[seat]
    if (hand === undefined) throw new Error(`nobody sits in seat ${seat}`)
    hand.isDoomed = true
    this.hands[seat] = undefined
    Atomics.store(this.books.W, this.books.seat(seat) + S_STATE, SEAT.dying)
    const exit = once(hand.worker, 'exit')
    if (hand.isParent) this.dyingParents++
    hand.worker.terminate()
    await exit
    if (hand.isParent) this.dyingParents--
    Atomics.store(this.books.W, this.books.seat(seat) + S_STATE, SEAT.dead)
    return hand
  }

  /** Brings all to a stop between two operations. False, and a violation, if one does not come. */
  stop(): boolean {
    const { W: B } = this.books
    const epoch = Atomics.add(B, C_EPOCH, 1) + 1
    const limit = performance.now() + STOP_LIMIT
    for (;;) {
      const late: number[] = []
      for (let seat = 0; seat < this.books.seats; seat++) {
        const hasStopped = Atomics.load(B, this.books.seat(seat) + S_STOPPED) === epoch
        if (this.isSitting(seat) && !hasStopped) late.push(seat)
      }
      this.hear()
      if (late.length === 0 || this.violations.length > 0) return this.violations.length === 0
      if (performance.now() > limit) {
        const list = late.map((seat) => `${seat} (operation ${B[this.books.seat(seat) + J_OP]})`)
        this.violations.push(`not stopped within ${STOP_LIMIT} ms: seats ${list.join(', ')}`)
        return false
      }
      Atomics.wait(this.idle, 0, 0, 0.2)
    }
  }

  go(): void {
    Atomics.add(this.books.W, C_EPOCH, 1)
    Atomics.notify(this.books.W, C_EPOCH)
  }

  /** Empties the seat of a dead thread, whose books are in order. */
  clear(seat: number): void {
    const { W: B } = this.books
    const at = this.books.seat(seat)
    for (const word of [S_ORDER, S_REPORT, S_SUSPECTS]) B[at + word] = 0
    B[at + J_OP] = OP.none
    Atomics.store(B, at + S_STATE, SEAT.empty)
  }

  /** Takes up what workers found wrong. */
  hear(): void {
    for (let seat = 0; seat < this.books.seats; seat++) {
      const at = this.books.seat(seat) + S_WRONG
      if (Atomics.load(this.books.W, at) === 0) continue
      this.violations.push(`seat ${seat}: ${this.books.complaint(seat)}`)
      Atomics.store(this.books.W, at, 0)
    }
  }

  /** Waits until all who sit have left, and ends the rest. */
  async end(milliseconds: number): Promise<void> {
    const all = this.hands.filter((hand) => hand !== undefined)
    for (const hand of all) hand.isDoomed = true
    const limit = performance.now() + milliseconds
    while (all.some(({ worker }) => worker.threadId >= 0) && performance.now() < limit) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      this.hear()
      if (this.violations.length > 0) break
    }
    if (this.violations.length === 0 && all.some(({ worker }) => worker.threadId >= 0)) {
      this.violations.push(`a worker did not free its blocks and end within ${milliseconds} ms`)
    }
    await this.terminate()
  }

  /** Ends everybody, at once. */
  async terminate(): Promise<void> {
    const all = [...this.hands, ...this.spares].filter((hand) => hand !== undefined)
    for (const hand of all) hand.isDoomed = true
    await Promise.all(all.map(({ worker }) => worker.terminate()))
  }
}
