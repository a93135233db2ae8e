/**
 * The observer: looks at every seat's pulse each LOOK milliseconds, and finds the longest time in which a worker that
 * nobody stopped did not complete an operation.
 *
 * There are more workers than processors, and other programs besides; and V8 makes a worker sleep for helpers of its own
 * (garbage collection, compilation) and for the kernel's lock on the address space, which starting and ending threads
 * hold. None of that is the allocator, which never sleeps: no file of the packages calls Atomics.wait. What it could do
 * is to spin, or to go on for too long; that takes processor time, which Linux tells per thread (`schedstat`).
 * So three figures are kept: *own*, the processor time that a thread used without completing an operation, which
 * alone is a violation above the limit; *pause*, the wall time less the time for which the thread was ready and the
 * system did not run it; and the wall time. All are also kept while nobody is killed; and how long the observer,
 * which does nothing, was itself kept from running: the machine's own. A thread that does not move for STUCK is a violation
 * whatever it does. Where the system tells nothing, *own* is the wall time less what the observer overslept.
 */

import { closeSync, openSync, readSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import {
  Books,
  C_CALM,
  C_END,
  C_EPOCH,
  C_KILLING,
  C_LATE,
  C_LATE_SEAT,
  C_LOOKS,
  C_OVERSLEPT,
  C_OWN,
  C_PAUSE,
  C_WALL,
  S_NATIVE,
  S_PULSE,
  S_STATE,
  S_THREAD,
  SEAT,
} from './books.ts'

export interface Sight {
  readonly books: SharedArrayBuffer
  readonly seats: number
  /** A pause of so many milliseconds is too long. */
  readonly limit: number
}

const LOOK = 2
/** Milliseconds without a turn after which a thread is stuck, whatever the excuse. */
const STUCK = 5000

interface Seen {
  thread: number
  pulse: number
  /** When the pulse last changed, what the thread had run and waited for a processor, and the observer overslept, by then. */
  at: number
  ran: number
  waited: number
  overslept: number
  /** The open `schedstat`, -1 if there is none. */
  file: number
}

const { books: buffer, seats, limit } = workerData as Sight
const books = new Books(seats, buffer)
const { W: B } = books
const seen: Seen[] = Array.from({ length: seats }, () => nobody())
const text = Buffer.alloc(128)
const clock = new Int32Array(new SharedArrayBuffer(4))

let overslept = 0
for (let last = performance.now(); Atomics.load(B, C_END) === 0; ) {
  Atomics.wait(clock, 0, 0, LOOK)
  const now = performance.now()
  const over = Math.max(0, now - last - LOOK)
  last = now
  overslept += over
  raise(C_OVERSLEPT, over)
  const isStopped = (Atomics.load(B, C_EPOCH) & 1) !== 0
  for (let seat = 0; seat < seats; seat++) look(seat, now, isStopped)
  B[C_LOOKS]++
}

function look(seat: number, now: number, isStopped: boolean): void {
  const at = books.seat(seat)
  const one = seen[seat]
  const thread = Atomics.load(B, at + S_STATE) === SEAT.sitting ? B[at + S_THREAD] : 0
  const pulse = B[at + S_PULSE]
  if (thread !== one.thread) {
    if (one.file >= 0) closeSync(one.file)
    seen[seat] = thread === 0 ? nobody() : { ...nobody(), thread, file: open(B[at + S_NATIVE]) }
    begin(seen[seat], pulse, now)
  } else if (thread !== 0 && (pulse !== one.pulse || isStopped)) {
    if (!isStopped && now - one.at > 3 * LOOK) judge(seat, one, now)
    begin(one, pulse, now)
  } else if (thread !== 0 && now - one.at > STUCK) {
    late(seat)
    begin(one, pulse, now)
  }
}

function judge(seat: number, one: Seen, now: number): void {
  const wall = now - one.at
  const { ran, waited } = times(one.file)
  const own = one.file >= 0 ? Math.min(wall, ran - one.ran) : wall - (overslept - one.overslept)
  const pause = one.file >= 0 ? wall - (waited - one.waited) : own
  const isCalm = B[C_KILLING] === 0
  raise(isCalm ? C_CALM : C_PAUSE, pause)
  if (isCalm) return
  raise(C_WALL, wall)
  raise(C_OWN, own)
  if (own > limit) late(seat)
}

function late(seat: number): void {
  // One that was just ended stops too.
  if (Atomics.load(B, books.seat(seat) + S_STATE) !== SEAT.sitting) return
  B[C_LATE_SEAT] = seat
  B[C_LATE]++
}

function begin(one: Seen, pulse: number, now: number): void {
  one.pulse = pulse
  one.at = now
  one.overslept = overslept
  Object.assign(one, times(one.file))
}

function raise(word: number, milliseconds: number): void {
  const value = Math.round(milliseconds * 1000)
  if (value > B[word]) B[word] = value
}

function nobody(): Seen {
  return { thread: 0, pulse: 0, at: 0, ran: 0, waited: 0, overslept: 0, file: -1 }
}

function open(native: number): number {
  try {
    return native === 0 ? -1 : openSync(`/proc/self/task/${native}/schedstat`, 'r')
  } catch {
    return -1
  }
}

/** Milliseconds that the thread ran, and that it was ready to and did not; nothing sensible once it has ended. */
function times(file: number): { ran: number; waited: number } {
  try {
    const length = file < 0 ? 0 : readSync(file, text, 0, text.length, 0)
    const [ran, waited] = text.toString('latin1', 0, length).split(' ')
    return { ran: Number(ran) / 1e6, waited: Number(waited) / 1e6 }
  } catch {
    return { ran: Number.NaN, waited: Number.NaN }
  }
}
