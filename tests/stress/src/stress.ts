/**
 * One run: calm and storm in turn; at the end nothing may be left. In a storm workers are killed, and the replacements
 * are young, their code not yet optimised. In the calm nobody is killed: most of the operations are done then, and the
 * pauses of both can be compared.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { Heap } from '@hakmem/core'
import {
  Books,
  C_CALM,
  C_END,
  C_KILLING,
  C_LATE,
  C_LATE_SEAT,
  C_LOOKS,
  C_OVERSLEPT,
  C_OWN,
  C_PAUSE,
  C_WALL,
  S_FULL,
  S_OPERATIONS,
  S_THROWS,
} from './books.ts'
import { Checker } from './checker.ts'
import { Crew } from './crew.ts'
import { Killer, noToll, type Toll } from './killer.ts'
import type { Sight } from './observer.worker.ts'
import type { Options } from './options.ts'
import { Random } from './random.ts'

export interface Counts {
  readonly violations: string[]
  readonly seconds: number
  readonly operations: number
  readonly kills: number
  /** Kills that struck inside an operation; reapers ended in the middle of a record. */
  readonly inside: number
  readonly halfReaped: number
  readonly reaps: number
  readonly audits: number
  /** Blocks that reaping named; those of them that nobody knew, and their bytes. */
  readonly suspects: number
  readonly lost: number
  readonly lostBytes: number
  /** Bytes lost that no reaper lived to tell of; bytes that the heap could not hand out in the end. */
  readonly unreportedBytes: number
  readonly missingBytes: number
  readonly unfreed: number
  /** Requests that found the heap full; caught stack overflows. */
  readonly full: number
  readonly throws: number
  /** Milliseconds, see `observer.worker.ts`. */
  readonly own: number
  readonly pause: number
  readonly calmPause: number
  readonly wallPause: number
  readonly overslept: number
}

/** A survivor completes an operation within so many milliseconds of its own, see `observer.worker.ts`. */
const PAUSE_LIMIT = 50
const SPARES = 4
/** Everybody is stopped, and all is checked, after so many kills: a check takes longer than the way to the next kill. */
const KILLS_PER_CHECK = 5
/** So many may die in between: each kill, and a reaper. */
const SPARE_SEATS = 2 * KILLS_PER_CHECK
const CALM_CHECK = 400
/** Seconds from calm to calm. */
const CYCLE = 10
const END_LIMIT = 30_000

export async function stress(options: Options, say: (line: string) => void): Promise<Counts> {
  const { threads, bytes, seed } = options
  const books = new Books(threads + SPARE_SEATS + 1)
  const { W: B } = books
  const heap = Heap.create({ bytes, threads: books.seats + 1 })
  const crew = new Crew(heap, books, threads, seed)
  const random = new Random(seed)
  const killer = new Killer(heap, books, crew, random)
  const checker = new Checker(heap, books)
  const sum = { kills: 0, inside: 0, halfReaped: 0, reaps: 0, audits: 0, suspects: 0, lost: 0 }
  const bytesOf = { lost: 0, unreported: 0 }
  let unfreed = 0
  let operations = 0
  const last = new Uint32Array(books.seats)
  const { violations } = crew

  const count = () => {
    for (let seat = 0; seat < books.seats; seat++) {
      const now = B[books.seat(seat) + S_OPERATIONS] >>> 0
      operations += (now - last[seat]) >>> 0
      last[seat] = now
    }
  }
  /** Stops all, checks, and lets them go on, with a new worker for each that died. */
  const check = (toll: Toll, when: string): void => {
    if (!crew.stop()) return
    killer.collect(toll)
    const found = checker.check(toll.deaths, toll.suspects, when)
    violations.push(...found.violations)
    sum.kills += toll.deaths.length
    sum.inside += toll.inside
    sum.halfReaped += toll.halfReaped
    sum.reaps += toll.reaps
    sum.suspects += toll.suspects.size
    sum.lost += found.lost
    sum.audits++
    bytesOf.lost += found.lostBytes
    bytesOf.unreported += found.unreportedBytes
    unfreed += found.unfreed
    count()
    for (const { seat } of toll.deaths) {
      checker.inherit(seat)
      crew.clear(seat)
    }
    crew.go()
    crew.fill()
    crew.warm(SPARES)
  }
  const start = performance.now()
  const seconds = () => (performance.now() - start) / 1000
  const sight: Sight = { books: books.buffer, seats: books.seats, limit: PAUSE_LIMIT }
  const observer = new Worker(new URL('./observer.worker.js', import.meta.url), { workerData: sight })
  observer.on('error', (error) => violations.push(`the observer crashed: ${error}`))
  crew.warm(threads)
  crew.fill()
  crew.warm(SPARES)

  let said = 0
  const tell = () => {
    if (seconds() - said < 10) return
    said = seconds()
    say(`${said.toFixed(0)} s: ${(operations / 1e6).toFixed(0)} M operations, ${sum.kills} kills`)
  }

  const [least, most] = options.killEvery
  let next = performance.now()
  const isDone = () =>
    options.untilKills + options.untilOperations > 0 &&
    sum.kills >= options.untilKills &&
    operations >= options.untilOperations
  while (seconds() < options.seconds && violations.length === 0 && !isDone()) {
    const isCalm = seconds() % CYCLE < options.calm
    B[C_KILLING] = isCalm ? 0 : 1
    if (isCalm) {
      await sleep(Math.max(1, Math.min(CALM_CHECK, (options.seconds - seconds()) * 1000)))
      check(noToll(), 'while nobody was killed')
      tell()
      continue
    }
    const toll = noToll()
    const strikes: Promise<void>[] = []
    while (strikes.length < KILLS_PER_CHECK && violations.length === 0) {
      next = Math.max(next, performance.now()) + least + random.below(most - least + 1)
      const rest = options.seconds - seconds()
      await sleep(Math.max(0, Math.min(next - performance.now(), CALM_CHECK, rest * 1000)))
      if (rest <= 0) break
      if (performance.now() < next) continue
      const strike = killer.strike(toll).then(() => {
        crew.fill()
        crew.warm(SPARES)
      })
      strike.catch((error) => violations.push(`the killer failed: ${error}`))
      strikes.push(strike)
    }
    await Promise.allSettled(strikes)
    check(toll, `after kill ${sum.kills + 1}`)
    if (B[C_LATE] > 0) {
      violations.push(
        `seat ${B[C_LATE_SEAT]} ran for more than ${PAUSE_LIMIT} ms without completing an operation, ${B[C_LATE]} times`,
      )
    }
    tell()
  }

  // From the last check on nobody is killed, by a parent neither: nobody would look for what was in hand.
  B[C_KILLING] = 0
  if (violations.length === 0) {
    Atomics.store(B, C_END, 1)
    check(noToll(), 'at the end')
    await crew.end(END_LIMIT)
  } else {
    await crew.terminate()
  }
  Atomics.store(B, C_END, 1)
  await observer.terminate()
  count()
  const missingBytes = violations.length === 0 ? settle(heap, checker, violations) : 0
  if (B[C_LOOKS] < 10) violations.push('the observer did not look')
  const milliseconds = (word: number) => B[word] / 1000
  const total = (word: number) => {
    let all = 0
    for (let seat = 0; seat < books.seats; seat++) all += B[books.seat(seat) + word]
    return all
  }
  return {
    violations,
    seconds: seconds(),
    operations,
    ...sum,
    lostBytes: bytesOf.lost,
    unreportedBytes: bytesOf.unreported,
    missingBytes,
    unfreed,
    full: total(S_FULL),
    throws: total(S_THROWS),
    own: milliseconds(C_OWN),
    pause: milliseconds(C_PAUSE),
    calmPause: milliseconds(C_CALM),
    wallPause: milliseconds(C_WALL),
    overslept: milliseconds(C_OVERSLEPT),
  }
}

/** Frees all that the books still know; then all is free, and the largest block fits. Bytes that do not. */
function settle(heap: Heap, checker: Checker, violations: string[]): number {
  for (const p of checker.known()) heap.free(p)
  heap.flush()
  const { live, capacity, metadata, problems } = heap.audit()
  if (live !== 0) violations.push(`in the end ${live} bytes are live`)
  for (const problem of problems) violations.push(`in the end: ${problem}`)
  const largest = capacity - metadata
  const p = heap.tryMalloc(largest)
  if (p !== 0) {
    heap.free(p)
    return 0
  }
  let fits = largest
  while (fits > 0 && heap.tryMalloc(fits) === 0) fits -= 65_536
  violations.push(`in the end a block of ${largest} bytes does not fit, one of ${fits} does`)
  return largest - fits
}
