/**
 * How the threads of a workload wait for each other. The C twin does the same with the same figures.
 *
 * A thread that finds nothing to do spins for a while and then dozes for 50 microseconds at a time, so that a
 * machine with fewer cores than threads gets on. Anyone who waits gives up when the board says that a thread
 * failed, since the one waited for may be gone.
 */

import { ARRIVED, type Board, FAILED, MET, NAP } from '../loops/board.ts'

const SPINS = 1000
const DOZE_MS = 0.05
const LOOK_MS = 100

/** Seconds on a clock that all threads of the process share (performance.now counts from each thread's start). */
export function monotonicSeconds(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds + nanoseconds * 1e-9
}

/** One turn of a spin loop; `spins` counts them since there was last something to do. */
export function pause(board: Board, spins: number): void {
  if (spins < SPINS) return
  Atomics.wait(board.head, NAP, 0, DOZE_MS)
  checkFailed(board)
}

/**
 * Holds every thread back until all `seats` have come here; what each did before is then visible to all. The one that
 * comes last does `last` before any goes on.
 */
export function meet(board: Board, seats: number, last?: () => void): void {
  const { head } = board
  // Cannot change before this thread has arrived.
  const met = Atomics.load(head, MET)
  if (Atomics.add(head, ARRIVED, 1) === seats - 1) {
    last?.()
    Atomics.store(head, ARRIVED, 0)
    Atomics.store(head, MET, met + 1)
    Atomics.notify(head, MET)
    return
  }
  for (let spins = 0; Atomics.load(head, MET) === met; spins++) {
    if (spins >= SPINS) waitFor(board, head, MET, met)
  }
}

/** Sleeps while a word has the given value. */
export function waitFor(board: Board, words: Int32Array, word: number, value: number): void {
  Atomics.wait(words, word, value, LOOK_MS)
  checkFailed(board)
}

/** Called by a thread that cannot go on: wakes the others, who look at FAILED within 100 ms at the latest. */
export function raiseFailed(board: Board): void {
  Atomics.store(board.head, FAILED, 1)
  Atomics.notify(board.head, MET)
}

export class Abandoned extends Error {
  constructor() {
    super('another thread failed')
  }
}

function checkFailed(board: Board): void {
  if (Atomics.load(board.head, FAILED) !== 0) throw new Abandoned()
}
