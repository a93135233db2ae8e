/**
 * The check, while everybody is stopped: what the heap holds is what the application knows, but for what the dead had
 * in hand, and that is among the suspects.
 *
 * First each dead thread's seat is put in order by its journal: what it may have freed is in *doubt*, and one
 * block may have been *lost* on its way to the table. Then every live block of the heap, by the state map, must be
 * known, in doubt, or a suspect; every known one must be live, known once, and hold what was written there; and the
 * audit must find nothing wrong and count the very bytes of the books. At last, what nobody knows is freed.
 */

import type { Heap } from '@hakmem/core'
import {
  BATCH,
  BATCHES,
  type Books,
  J_AT,
  J_OP,
  J_SEAT,
  J_SLOT,
  OP,
  S_DOUBTS,
  S_OVERFLOWS,
  SLOTS,
} from './books.ts'
import { wrongStamp } from './stamp.ts'

/** A thread that has died since the last check. */
export interface Death {
  readonly seat: number
  /** False if whoever reaped it died before it could tell of the suspects: then they are nobody's. */
  readonly isReported: boolean
}

interface Found {
  readonly violations: string[]
  /** Blocks and bytes that nobody knew; all of them suspects, but for those of `unreported` and of overflows. */
  readonly lost: number
  readonly lostBytes: number
  /** Lost bytes that nobody was told of, because the reaper died in between. */
  readonly unreportedBytes: number
  /** Blocks that may have been freed, and were not. */
  readonly unfreed: number
}

const KNOWN = 1
const DOUBT = 2
const MOST_VIOLATIONS = 20

export class Checker {
  private readonly heap: Heap
  private readonly books: Books
  /** What is known of each 16 bytes of heap, during a check. */
  private readonly marks: Uint8Array
  private marked: number[] = []
  private violations: string[] = []
  private bytes = 0

  constructor(heap: Heap, books: Books) {
    this.heap = heap
    this.books = books
    this.marks = new Uint8Array(heap.arena.geometry.bytes / 16)
  }

  /** By the main thread, while all others are stopped or dead. `when` says in what, for the messages. */
  check(deaths: readonly Death[], suspects: ReadonlySet<number>, when: string): Found {
    const { heap, books } = this
    this.violations = []
    this.marked = []
    this.bytes = 0
    const doubts: number[] = []
    let mayLose = 0
    let mayLoseUnreported = 0
    for (const { seat, isReported } of deaths) {
      const lost = this.settle(seat, doubts)
      mayLose += lost
      if (!isReported) mayLoseUnreported += lost
    }
    let overflows = 0
    for (let seat = 0; seat < books.seats; seat++) overflows += this.overflowsOf(seat, doubts)
    for (let seat = 0; seat < books.seats; seat++) this.enter(seat)
    const known = this.marked.length
    for (const p of doubts) if (heap.owns(p) && this.marks[p >>> 4] === 0) this.mark(p, DOUBT)
    const unfreed = this.marked.length - known

    const unknown = this.compare()
    let lostBytes = 0
    let unreportedBytes = 0
    for (const p of unknown) {
      const size = heap.usableSize(p)
      this.bytes += size
      lostBytes += size
      if (suspects.has(p)) mayLose--
      else if (mayLoseUnreported-- > 0) {
        mayLose--
        unreportedBytes += size
      } else if (--overflows < 0) {
        mayLose--
        this.wrong(`the block of ${size} bytes at ${p} is live, nobody knows it, and it is no suspect`)
      }
    }
    if (mayLose + overflows < 0) this.wrong(`${unknown.length} blocks lost, more than were in hand`)
    this.audit()
    for (const p of unknown) heap.free(p)
    for (const p of this.marked) {
      if (this.marks[p >>> 4] === DOUBT) heap.free(p)
      this.marks[p >>> 4] = 0
    }
    return {
      violations: this.violations.map((text) => `${when}: ${text}`),
      lost: unknown.length,
      lostBytes,
      unreportedBytes,
      unfreed,
    }
  }

  /** Every block that the application knows; while all are stopped, or gone. */
  known(): number[] {
    this.marked = []
    for (let seat = 0; seat < this.books.seats; seat++) this.enter(seat)
    for (const p of this.marked) this.marks[p >>> 4] = 0
    return this.marked
  }

  /** Frees what takes much room, and half of the rest, in the seat of a dead thread: its next worker gets the others. */
  inherit(seat: number): void {
    const { W: B } = this.books
    for (let slot = 0; slot < SLOTS; slot++) {
      const at = this.books.slot(seat, slot)
      if (B[at] === 0 || (B[at + 1] < 2048 && slot % 2 === 0)) continue
      this.heap.free(B[at])
      B[at] = 0
    }
    // What was sent to it.
    for (let from = 0; from < this.books.seats; from++) {
      const head = this.books.head(from, seat)
      for (; B[head] !== B[this.books.tail(from, seat)]; B[head] = (B[head] + 1) | 0) {
        this.heap.free(B[this.books.entry(from, seat, B[head])])
      }
    }
    for (let area = 0; area < BATCHES; area += 2) this.heap.freeBatch(this.takeBatch(seat, area))
  }

  /** Puts the seat of a dead thread in order. How many blocks it may have lost. */
  private settle(seat: number, doubts: number[]): number {
    const { books } = this
    const { W: B } = books
    const at = books.seat(seat)
    const other = B[at + J_SEAT]
    const place = books.slot(seat, B[at + J_SLOT])
    let lost = 0
    switch (B[at + J_OP]) {
      case OP.malloc:
        lost = B[place] === 0 ? 1 : 0
        break
      case OP.free:
        doubts.push(B[place])
        B[place] = 0
        break
      case OP.realloc:
        doubts.push(B[place])
        B[place] = 0
        lost = 1
        break
      case OP.send:
        if (B[books.tail(seat, other)] !== B[at + J_AT]) B[place] = 0
        break
      case OP.receive:
        if (B[books.head(other, seat)] === B[at + J_AT]) B[place] = 0
        break
      case OP.mallocBatch:
        lost = 1
        doubts.push(...this.takeBatch(seat, B[at + J_SLOT]))
        break
      case OP.freeBatch:
        doubts.push(...this.takeBatch(seat, B[at + J_SLOT]))
    }
    B[at + J_OP] = OP.none
    return lost
  }

  /** What is in a batch area, which is empty then. */
  private takeBatch(seat: number, area: number): number[] {
    const { W: B } = this.books
    const at = this.books.batch(seat, area)
    const list = [...B.subarray(at + 2, at + 2 + BATCH)].filter((p) => p !== 0)
    B.fill(0, at, at + 2 + BATCH)
    return list
  }

  /** Blocks that caught overflows may have lost; what they may not have freed is in doubt. */
  private overflowsOf(seat: number, doubts: number[]): number {
    const { W: B } = this.books
    const at = this.books.seat(seat)
    for (let k = 0; k < B[at + S_DOUBTS]; k++) doubts.push(B[this.books.doubt(seat, k)])
    B[at + S_DOUBTS] = 0
    const overflows = B[at + S_OVERFLOWS]
    B[at + S_OVERFLOWS] = 0
    return overflows
  }

  /** Marks everything that the application knows. */
  private enter(seat: number): void {
    const { books } = this
    const { W: B } = books
    if (B[books.seat(seat) + J_OP] !== OP.none) this.wrong(`seat ${seat} stopped inside an operation`)
    for (let slot = 0; slot < SLOTS; slot++) {
      const at = books.slot(seat, slot)
      if (B[at] !== 0) this.know(B[at], B[at + 1], `slot ${slot} of seat ${seat}`)
    }
    for (let area = 0; area < BATCHES; area++) {
      const at = books.batch(seat, area)
      for (let k = 0; k < B[at]; k++) this.know(B[at + 2 + k], B[at + 1], `batch ${area} of seat ${seat}`)
    }
    for (let to = 0; to < books.seats; to++) {
      for (let k = B[books.head(seat, to)]; k !== B[books.tail(seat, to)]; k = (k + 1) | 0) {
        const entry = books.entry(seat, to, k)
        this.know(B[entry], B[entry + 1], `the ring from seat ${seat} to ${to}`)
      }
    }
  }

  private know(p: number, size: number, where: string): void {
    const { heap } = this
    if (!heap.owns(p)) {
      this.wrong(`the block of ${size} bytes at ${p}, in ${where}, is not live any more`)
      return
    }
    if (this.marks[p >>> 4] !== 0) this.wrong(`two know the block of ${size} bytes at ${p}; one is ${where}`)
    else this.mark(p, KNOWN)
    if (heap.usableSize(p) < size) this.wrong(`the block at ${p} has ${heap.usableSize(p)} of ${size} bytes`)
    const wrong = wrongStamp(heap.U32, p, size)
    if (wrong !== undefined) this.wrong(`${wrong}, in ${where}`)
  }

  private mark(p: number, mark: number): void {
    this.marks[p >>> 4] = mark
    this.marked.push(p)
    this.bytes += this.heap.usableSize(p)
  }

  /** Every live block by the state map, in order: none may reach into the next. Those that nobody knows. */
  private compare(): number[] {
    const { heap, marks } = this
    const { S, W, geometry } = heap.arena
    const unknown: number[] = []
    const from = geometry.firstExtent << (geometry.extentShift - 4)
    const words = geometry.stateMap >>> 2
    let end = 0
    // Four state bytes at a time: most are 0.
    for (let k = from >>> 2; k < S.length >>> 2; k++) {
      if (W[words + k] === 0) continue
      for (let i = k * 4; i < k * 4 + 4; i++) {
        if (S[i] === 0 || S[i] >= 128) continue
        if (i * 16 < end) this.wrong(`the block at ${i * 16} starts inside another`)
        end = Math.max(end, i * 16 + heap.usableSize(i * 16))
        if (marks[i] === 0) unknown.push(i * 16)
      }
    }
    return unknown
  }

  private audit(): void {
    const { ok, problems, capacity, metadata, live, cached, remote, free } = this.heap.audit()
    if (!ok) for (const problem of problems.slice(0, 3)) this.wrong(`audit: ${problem}`)
    const sum = metadata + live + cached + remote + free
    if (sum !== capacity) this.wrong(`audit: ${sum} of ${capacity} bytes are accounted for`)
    if (live !== this.bytes) this.wrong(`audit: ${live} bytes are live, by the books ${this.bytes}`)
  }

  private wrong(text: string): void {
    if (this.violations.length < MOST_VIOLATIONS) this.violations.push(text)
  }
}
