/**
 * The books: which blocks the application knows, in shared memory beside the heap, so that a death loses none of them.
 *
 *     control | seats | rings
 *
 * A worker sits in a seat; when it dies, its successor takes over the seat with all its blocks. Each word of a seat is
 * written by the worker in it, or by the main thread while nobody sits there or all are stopped. What a worker is about
 * to do stands in its journal (J_*), written before the first step of an operation and cleared after the last; a death
 * strikes only at calls, back-edges and Atomics, so journal and tables together always tell what the application
 * knows (`checker.ts` reads them). Blocks go from seat to seat through rings with one writer and one reader each, whose
 * tail and head are their commits: so nothing is known twice, or by nobody.
 */

// ---- control, words ------------------------------------------------------------------------------------------------

/** Odd: everybody stops between two operations. Main thread; waited on by the workers. */
export const C_EPOCH = 1
/** 1: free everything, detach and end. Main thread. */
export const C_END = 2
/** 1: workers are being killed, 0: it is calm. Main thread. */
export const C_KILLING = 3
/** Longest pauses in microseconds, see `observer.worker.ts`: nobody killed, somebody killed, the observer's own. */
export const C_CALM = 4
export const C_PAUSE = 5
export const C_OVERSLEPT = 6
/** The longest by the wall clock. */
export const C_WALL = 7
/** Looks that the observer has taken. */
export const C_LOOKS = 8
/** The longest that a thread ran without completing an operation. */
export const C_OWN = 11
/** Pauses over the limit, and the seat of the last. */
export const C_LATE = 9
export const C_LATE_SEAT = 10
const CONTROL_WORDS = 32

// ---- a seat, words -------------------------------------------------------------------------------------------------

/** See `SEAT`. */
export const S_STATE = 0
/** The epoch that the worker stopped for. */
export const S_STOPPED = 1
/** Heap thread id + 1. */
export const S_THREAD = 2
/** Id of the thread in the operating system, 0 if unknown. */
export const S_NATIVE = 3
/** Turns taken and operations begun, wrapping: the observer's pulse. */
export const S_PULSE = 4
/** Operations on the heap, by all who sat here, wrapping. */
export const S_OPERATIONS = 5
/** Thread id + 1 that the worker is asked to reap; `REPORT` says how far it is. */
export const S_ORDER = 7
export const S_REPORT = 8
/** Suspects in the report. */
export const S_SUSPECTS = 9
/** Caught stack overflows that may have lost a block each since the last check. */
export const S_OVERFLOWS = 10
/** Blocks that an overflow may have freed or not. */
export const S_DOUBTS = 11
/** Length of the text in which the worker says what it found wrong, 0 if nothing. */
export const S_WRONG = 12
/** Caught overflows, failed requests, in all. */
export const S_THROWS = 13
export const S_FULL = 14
// The journal.
export const J_OP = 16
export const J_SLOT = 17
/** Ring head or tail before the operation. */
export const J_AT = 18
/** The other seat. */
export const J_SEAT = 19
const SEAT_HEAD = 32

export const SUSPECTS = 512
const SUSPECT_LIST = SEAT_HEAD
export const DOUBTS = 64
const DOUBT_LIST = SUSPECT_LIST + SUSPECTS
const TEXT = DOUBT_LIST + DOUBTS
const TEXT_WORDS = 256
/** Batch areas: stamped count, size, then the pointers. */
export const BATCHES = 4
export const BATCH = 48
const BATCH_WORDS = 2 + BATCH
const BATCH_LIST = TEXT + TEXT_WORDS
/** The table: pointer and size per slot. */
export const SLOTS = 1024
const TABLE = BATCH_LIST + BATCHES * BATCH_WORDS
const SEAT_WORDS = TABLE + 2 * SLOTS

/** S_STATE. `dying`: its end was ordered; `dead`: it has ended, and the books wait to be put in order. */
export const SEAT = { empty: 0, sitting: 1, left: 2, dying: 3, dead: 4 } as const

/** S_REPORT. */
export const REPORT = { none: 0, begun: 1, made: 2 } as const

/** J_OP. `slot` names a slot of the table, or a batch area. */
export const OP = {
  none: 0,
  malloc: 1,
  free: 2,
  realloc: 3,
  send: 4,
  receive: 5,
  mallocBatch: 6,
  freeBatch: 7,
  other: 8,
} as const

// ---- a ring, words -------------------------------------------------------------------------------------------------

const RING = 16
/** Head and tail on lines of their own. */
const R_HEAD = 0
const R_TAIL = 16
const R_ENTRIES = 32
const RING_WORDS = R_ENTRIES + 2 * RING

export class Books {
  readonly buffer: SharedArrayBuffer
  readonly W: Int32Array
  readonly seats: number

  constructor(seats: number, buffer?: SharedArrayBuffer) {
    this.seats = seats
    this.buffer =
      buffer ?? new SharedArrayBuffer(4 * (CONTROL_WORDS + seats * SEAT_WORDS + seats ** 2 * RING_WORDS))
    this.W = new Int32Array(this.buffer)
  }

  /** Word offset of a seat. */
  seat(index: number): number {
    return CONTROL_WORDS + index * SEAT_WORDS
  }

  slot(seat: number, slot: number): number {
    return this.seat(seat) + TABLE + 2 * slot
  }

  /** Word offset of a batch area: the stamped count; the size and the pointers follow. */
  batch(seat: number, area: number): number {
    return this.seat(seat) + BATCH_LIST + area * BATCH_WORDS
  }

  doubt(seat: number, k: number): number {
    return this.seat(seat) + DOUBT_LIST + k
  }

  suspect(seat: number, k: number): number {
    return this.seat(seat) + SUSPECT_LIST + k
  }

  private ring(from: number, to: number): number {
    return this.seat(this.seats) + (from * this.seats + to) * RING_WORDS
  }

  head(from: number, to: number): number {
    return this.ring(from, to) + R_HEAD
  }

  tail(from: number, to: number): number {
    return this.ring(from, to) + R_TAIL
  }

  /** Word offset of entry number `at`: pointer, size. */
  entry(from: number, to: number, at: number): number {
    return this.ring(from, to) + R_ENTRIES + 2 * ((at >>> 0) % RING)
  }

  isRingFull(from: number, to: number): boolean {
    return ((this.W[this.tail(from, to)] - this.W[this.head(from, to)]) | 0) >= RING
  }

  /** Notes what is wrong, for the main thread to find; the first text stays. */
  complain(seat: number, text: string): void {
    const at = this.seat(seat)
    if (this.W[at + S_WRONG] !== 0) return
    const bytes = new TextEncoder().encode(text).subarray(0, TEXT_WORDS * 4)
    new Uint8Array(this.buffer, (at + TEXT) * 4, bytes.length).set(bytes)
    Atomics.store(this.W, at + S_WRONG, bytes.length)
  }

  complaint(seat: number): string {
    const at = this.seat(seat)
    const bytes = new Uint8Array(this.buffer, (at + TEXT) * 4, Atomics.load(this.W, at + S_WRONG))
    return new TextDecoder().decode(bytes.slice())
  }
}
