/**
 * A worker at work: every operation of the heap, each noted in the journal before and cleared after, so that whoever
 * finds the seat empty knows what was under way. The order of the stores is the point: a block is stamped, then noted
 * in the table, then the journal is cleared; it is verified and unstamped, then freed, then its slot is cleared.
 */

import { Heap, type HeapHandle } from '@hakmem/core'
import {
  BATCH,
  BATCHES,
  type Books,
  C_EPOCH,
  DOUBTS,
  J_AT,
  J_OP,
  J_SEAT,
  J_SLOT,
  OP,
  REPORT,
  S_DOUBTS,
  S_FULL,
  S_OPERATIONS,
  S_ORDER,
  S_OVERFLOWS,
  S_PULSE,
  S_REPORT,
  S_STATE,
  S_STOPPED,
  S_SUSPECTS,
  S_THROWS,
  SEAT,
  SLOTS,
  SUSPECTS,
} from './books.ts'
import { atTheEnd } from './dive.ts'
import { FULL, MIXES, type Mix, sizeIn } from './mixes.ts'
import { Random } from './random.ts'
import { stamp, unstamp, wrongStamp } from './stamp.ts'

/** Largest block of a batch: a seat keeps up to 192 of them. */
const BATCH_MOST = 1500

/** A worker has just begun until it has thrown the dice for something rare so many times. */
const YOUNG = 800

/** Attempts at the end of the stack that may throw. */
const THROWS = 12

export class Player {
  heap: Heap
  /** False for one that watches: detaching would end its watch. */
  mayDetach = true
  private readonly handle: HeapHandle
  private readonly books: Books
  private readonly seat: number
  private readonly B: Int32Array
  private readonly at: number
  private readonly random: Random
  /** Pointers of each batch area, which `mallocBatch` writes to directly. */
  private readonly areas: Uint32Array[]
  private mix: Mix = MIXES[0]
  private left = 0
  private turns = 0

  constructor(handle: HeapHandle, books: Books, seat: number, seed: number) {
    this.handle = handle
    this.books = books
    this.seat = seat
    this.B = books.W
    this.at = books.seat(seat)
    this.random = new Random(seed)
    this.areas = Array.from(
      { length: BATCHES },
      (_, area) => new Uint32Array(books.buffer, 4 * (books.batch(seat, area) + 2), BATCH),
    )
    this.heap = Heap.attach(handle)
  }

  /** Does about `operations`, fewer if it is asked to stop; true if it was. */
  play(operations: number): boolean {
    const { B, at } = this
    for (let k = 0; k < operations; k++) {
      if ((Atomics.load(B, C_EPOCH) & 1) !== 0) return true
      if (--this.left <= 0) this.change()
      this.step()
      B[at + S_PULSE] = (B[at + S_PULSE] + 1) | 0
      if ((k & 15) === 0 && Atomics.load(B, at + S_ORDER) !== 0) this.reap()
    }
    return false
  }

  /** Waits at the barrier until everybody may go on. */
  stop(): void {
    const { B, at } = this
    const epoch = Atomics.load(B, C_EPOCH)
    Atomics.store(B, at + S_STOPPED, epoch)
    Atomics.notify(B, at + S_STOPPED)
    while (Atomics.load(B, C_EPOCH) === epoch) Atomics.wait(B, C_EPOCH, epoch, 1000)
  }

  /** Frees whatever the seat knows, and detaches. */
  leave(): void {
    for (let slot = 0; slot < SLOTS; slot++)
      if (this.B[this.books.slot(this.seat, slot)] !== 0) this.free(slot)
    for (let area = 0; area < BATCHES; area++) this.freeBatch(area)
    this.heap.detach()
  }

  private step(): void {
    const { random, mix, B, books, seat } = this
    const bits = random.bits()
    const slot = mix.from + ((((bits >>> 16) * mix.slots) >>> 16) | 0)
    const p = B[books.slot(seat, slot)]
    const dice = bits & 255
    if (p === 0) {
      if ((bits >>> 8) % 8 < mix.fills) {
        if (dice < mix.sends) this.receive(slot)
        else this.allocate(slot, dice)
      }
    } else if (dice < mix.sends) this.send(slot)
    else if (dice >= 250) this.realloc(slot)
    else this.free(slot)
    if (bits >>> 25 === 0 && (this.turns++ < YOUNG || this.random.below(16) === 0)) this.rare(bits & 1023)
  }

  /** One in 128 operations of a young worker; `dice` below 1024. */
  private rare(dice: number): void {
    if (dice < 400) this.batch(dice % BATCHES)
    else if (dice === 500) this.other(() => this.heap.park())
    else if (dice === 501 && this.mayDetach) this.attachAgain()
    else if (dice >= 510 && dice < 516) this.other(() => this.heap.flush())
    else if (dice === 520) this.overflow()
    else if (dice === 530) this.fill()
  }

  /** Turns to another mix. */
  private change(): void {
    this.mix = MIXES[this.random.below(MIXES.length)]
    this.left = this.turns < YOUNG ? this.mix.young : this.mix.old
  }

  private fill(): void {
    const before = this.B[this.at + S_FULL]
    this.mix = FULL
    for (
      let slot = FULL.from;
      slot < FULL.from + FULL.slots && this.B[this.at + S_FULL] < before + 4;
      slot++
    ) {
      if (this.B[this.books.slot(this.seat, slot)] === 0) this.allocate(slot, slot & 127)
    }
    for (let slot = FULL.from; slot < FULL.from + FULL.slots; slot++) {
      if (this.B[this.books.slot(this.seat, slot)] !== 0) this.free(slot)
    }
    this.change()
  }

  // ---- operations ------------------------------------------------------------------------------------------------------

  private begin(op: number, slot: number): void {
    this.B[this.at + J_SLOT] = slot
    this.B[this.at + J_OP] = op
    // One turn may be many operations.
    this.B[this.at + S_PULSE] = (this.B[this.at + S_PULSE] + 1) | 0
    if (op !== OP.send && op !== OP.receive) this.count(1)
  }

  private count(operations: number): void {
    const at = this.at + S_OPERATIONS
    this.B[at] = (this.B[at] + operations) | 0
  }

  private end(): void {
    this.B[this.at + J_OP] = OP.none
  }

  /** Which way depends on `dice`, below 256. */
  private allocate(slot: number, dice: number): void {
    const size = Math.max(16, sizeIn(this.mix, this.random))
    this.begin(OP.malloc, slot)
    let p = 0
    try {
      if (dice < 176) p = this.heap.malloc(size)
      else if (dice < 216) p = this.heap.tryMalloc(size)
      else if (dice < 236) p = this.zeros(size)
      else p = this.aligned(size)
    } catch (error) {
      this.expectFull(error)
    }
    if (p === 0) this.B[this.at + S_FULL]++
    else this.keep(slot, p, size)
    this.end()
  }

  private keep(slot: number, p: number, size: number): void {
    stamp(this.heap.U32, p, size, this.heap.thread)
    const at = this.books.slot(this.seat, slot)
    this.B[at + 1] = size
    this.B[at] = p
  }

  private zeros(size: number): number {
    const count = 1 + this.random.below(4)
    const p = this.heap.calloc(count, Math.ceil(size / count))
    const words = this.heap.U32
    const stride = size <= 1024 ? 1 : 61
    for (let k = p >>> 2; k < (p + size) >>> 2; k += stride) {
      if (words[k] !== 0) throw new Error(`calloc of ${size} bytes at ${p}: ${words[k]} at ${k * 4}`)
    }
    return p
  }

  private aligned(size: number): number {
    const alignment = 2 ** this.random.below(15)
    const p = this.heap.memalign(alignment, size)
    if (p % alignment !== 0) throw new Error(`memalign(${alignment}, ${size}) gave ${p}`)
    return p
  }

  private free(slot: number): void {
    const at = this.books.slot(this.seat, slot)
    const p = this.B[at]
    this.verify(p, this.B[at + 1])
    this.begin(OP.free, slot)
    unstamp(this.heap.U32, p)
    this.heap.free(p)
    this.B[at] = 0
    this.end()
  }

  private realloc(slot: number): void {
    const at = this.books.slot(this.seat, slot)
    const p = this.B[at]
    const had = this.B[at + 1]
    const size = Math.max(16, sizeIn(this.mix, this.random))
    this.verify(p, had)
    this.begin(OP.realloc, slot)
    try {
      const moved = this.heap.realloc(p, size)
      const wrong = wrongStamp(this.heap.U32, moved, had, Math.min(had, size), p)
      if (wrong !== undefined) throw new Error(`after realloc: ${wrong}`)
      this.keep(slot, moved, size)
    } catch (error) {
      this.expectFull(error)
      this.verify(p, had)
    }
    this.end()
  }

  private send(slot: number): void {
    const { B, books, seat } = this
    const to = this.random.below(books.seats)
    if (to === seat || B[books.seat(to) + S_STATE] !== SEAT.sitting || books.isRingFull(seat, to)) return
    const at = books.slot(seat, slot)
    const tail = B[books.tail(seat, to)]
    B[this.at + J_SEAT] = to
    B[this.at + J_AT] = tail
    this.begin(OP.send, slot)
    const entry = books.entry(seat, to, tail)
    B[entry + 1] = B[at + 1]
    B[entry] = B[at]
    Atomics.store(B, books.tail(seat, to), (tail + 1) | 0)
    B[at] = 0
    this.end()
  }

  private receive(slot: number): void {
    const { B, books, seat } = this
    const from = this.random.below(books.seats)
    const head = B[books.head(from, seat)]
    if (from === seat || head === Atomics.load(B, books.tail(from, seat))) return
    const at = books.slot(seat, slot)
    B[this.at + J_SEAT] = from
    B[this.at + J_AT] = head
    this.begin(OP.receive, slot)
    const entry = books.entry(from, seat, head)
    B[at + 1] = B[entry + 1]
    B[at] = B[entry]
    Atomics.store(B, books.head(from, seat), (head + 1) | 0)
    this.end()
  }

  /** Fills the batch area if it is empty, else frees it. */
  private batch(area: number): void {
    const { B, books, seat, heap } = this
    const at = books.batch(seat, area)
    if (B[at] !== 0) {
      this.freeBatch(area)
      return
    }
    const size = Math.max(16, Math.min(BATCH_MOST, sizeIn(this.mix, this.random)))
    B[at + 1] = size
    this.begin(OP.mallocBatch, area)
    const got = heap.mallocBatch(size, this.areas[area])
    for (let k = 0; k < got; k++) {
      stamp(heap.U32, this.areas[area][k], size, heap.thread)
      B[at] = k + 1
    }
    this.end()
    this.count(got)
  }

  private freeBatch(area: number): void {
    const { B, books, seat, heap } = this
    const at = books.batch(seat, area)
    const count = B[at]
    if (count === 0) return
    const list = this.areas[area]
    for (let k = 0; k < count; k++) this.verify(list[k], B[at + 1])
    this.begin(OP.freeBatch, area)
    for (let k = 0; k < count; k++) unstamp(heap.U32, list[k])
    heap.freeBatch(count === BATCH ? list : list.subarray(0, count))
    for (let k = 0; k < count; k++) list[k] = 0
    B[at] = 0
    this.end()
    this.count(count)
  }

  private other(body: () => void): void {
    this.begin(OP.other, 0)
    body()
    this.end()
  }

  private attachAgain(): void {
    this.other(() => {
      this.heap.detach()
      this.heap = Heap.attach(this.handle)
    })
  }

  /** Reaps the thread that the main thread says is dead, and reports its suspects. */
  private reap(): void {
    const { B, books, at, seat } = this
    const thread = B[at + S_ORDER] - 1
    this.begin(OP.other, 0)
    Atomics.store(B, at + S_REPORT, REPORT.begun)
    Atomics.notify(B, at + S_REPORT)
    const { suspects } = this.heap.reap(thread)
    if (suspects.length > SUSPECTS) throw new Error(`${suspects.length} suspects`)
    for (const [k, { ptr }] of suspects.entries()) B[books.suspect(seat, k)] = ptr
    B[at + S_SUSPECTS] = suspects.length
    B[at + S_ORDER] = 0
    Atomics.store(B, at + S_REPORT, REPORT.made)
    Atomics.notify(B, at + S_REPORT)
    this.end()
  }

  /**
   * Runs one operation at the end of the stack, where it throws a few times. Each throw may have lost a block, and what
   * was to be freed may be free or not: that is noted, and settled at the next check.
   */
  private overflow(): void {
    const { B, at, books, seat, heap } = this
    if (B[at + S_DOUBTS] >= DOUBTS) return
    const slot = this.random.below(SLOTS)
    const place = books.slot(seat, slot)
    const size = Math.max(16, sizeIn(this.mix, this.random))
    const what = this.random.below(5)
    this.begin(OP.malloc, slot)
    let got = 0
    // The main thread allows a lost block for each attempt that may throw; noted before the first.
    B[at + S_OVERFLOWS] += THROWS + 1
    let body = (): void => {
      got = heap.tryMalloc(size)
    }
    if (what === 1) body = () => void heap.flush()
    else if (what === 2) body = () => void heap.park()
    else if (B[place] !== 0) {
      const p = B[place]
      this.verify(p, B[place + 1])
      B[books.doubt(seat, B[at + S_DOUBTS])] = p
      B[at + S_DOUBTS]++
      B[place] = 0
      unstamp(heap.U32, p)
      // Only once: after a throw it may be somebody else's.
      let tried = false
      body = () => {
        if (tried) return
        tried = true
        if (what === 3) heap.free(p)
        else got = heap.realloc(p, size)
        if (got === p) got = 0
      }
    } else if (what === 4) {
      body = () => {
        got = heap.calloc(1, size)
      }
    }
    try {
      const thrown = atTheEnd(body, THROWS)
      B[at + S_THROWS] += thrown
      B[at + S_OVERFLOWS] -= THROWS + 1 - thrown
    } catch (error) {
      this.expectFull(error)
    }
    if (got !== 0 && B[place] === 0) this.keep(slot, got, size)
    // What a throw left half done is mended by the next slow path: before the audit looks.
    heap.flush()
    this.end()
  }

  private verify(p: number, size: number): void {
    const wrong = wrongStamp(this.heap.U32, p, size)
    if (wrong !== undefined) throw new Error(wrong)
  }

  private expectFull(error: unknown): void {
    if ((error as { code?: unknown }).code !== 'ERR_HAKMEM_OUT_OF_MEMORY') throw error
    this.B[this.at + S_FULL]++
  }
}
