/**
 * A worker: waits, warm, until the main thread gives it a seat, then works in it for ever. One with a child seat starts
 * a worker of its own for it, watches it, and now and then ends it: then the suspects come from here.
 */

import { readlinkSync } from 'node:fs'
import { Worker, workerData } from 'node:worker_threads'
import {
  Books,
  C_END,
  C_KILLING,
  REPORT,
  S_NATIVE,
  S_REPORT,
  S_STATE,
  S_SUSPECTS,
  S_THREAD,
  SEAT,
} from './books.ts'
import { type Orders, STACK } from './orders.ts'
import { Player } from './player.ts'
import { Random } from './random.ts'

/** Turns between two looks at whether all is over, and at the event loop. */
const BURST = 2000

const orders = workerData as Orders
const books = new Books(orders.seats, orders.books)
const { W: B } = books
while (Atomics.load(orders.start, 0) === 0) Atomics.wait(orders.start, 0, 0, 10_000)
const seat = Atomics.load(orders.start, 0) - 1
const at = books.seat(seat)

try {
  const player = new Player(orders.heap, books, seat, orders.seed)
  B[at + S_NATIVE] = nativeThread()
  B[at + S_THREAD] = player.heap.thread + 1
  Atomics.store(B, at + S_STATE, SEAT.sitting)
  const childSeat = orders.start[1] - 1
  if (childSeat < 0) work(player)
  else await workAndWatch(player, childSeat)
} catch (error) {
  books.complain(seat, error instanceof Error ? (error.stack ?? String(error)) : String(error))
}

function work(player: Player): void {
  for (;;) {
    if (player.play(BURST)) player.stop()
    if (hasEnded(player)) return
  }
}

/** True if all is over, and the worker has left its seat. */
function hasEnded(player: Player): boolean {
  if (Atomics.load(B, C_END) === 0) return false
  player.leave()
  Atomics.store(B, at + S_STATE, SEAT.left)
  return true
}

async function workAndWatch(player: Player, childSeat: number): Promise<void> {
  const random = new Random(orders.seed + 1)
  player.mayDetach = false
  const child = books.seat(childSeat)
  let ended = false
  let worker: Worker | undefined
  const begin = () => {
    worker = new Worker(new URL(import.meta.url), {
      workerData: {
        ...orders,
        start: new Int32Array(new SharedArrayBuffer(8)).fill(childSeat + 1, 0, 1),
        seed: random.bits() >>> 8,
      } satisfies Orders,
      resourceLimits: { stackSizeMb: STACK },
    })
    player.heap.watch(worker, ({ suspects }) => {
      if (Atomics.load(B, child + S_STATE) === SEAT.left) return
      for (const [k, { ptr }] of suspects.entries()) B[books.suspect(childSeat, k)] = ptr
      B[child + S_SUSPECTS] = suspects.length
      Atomics.store(B, child + S_REPORT, REPORT.made)
      Atomics.store(B, child + S_STATE, SEAT.dead)
      ended = true
    })
  }
  let bursts = 0
  for (;;) {
    const isSeatFree = Atomics.load(B, child + S_STATE) === SEAT.empty
    if (worker === undefined && isSeatFree) begin()
    // The child is ended here now and then: one that is ending cannot come to the barrier, so nobody stops until it has.
    const isTurn = ++bursts % 64 === 0 && random.below(3) === 0 && Atomics.load(B, C_KILLING) === 1
    if (isTurn && swap(child + S_STATE, SEAT.sitting, SEAT.dying)) {
      ended = false
      worker?.terminate()
      while (!ended) {
        player.play(200)
        await nextTurn()
      }
      worker = undefined
    }
    if (player.play(BURST)) player.stop()
    if (hasEnded(player)) return
    await nextTurn()
  }
}

function swap(word: number, expected: number, next: number): boolean {
  return Atomics.compareExchange(B, word, expected, next) === expected
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** The system's id of this thread, by which the observer finds how long it ran; 0 where there is no /proc. */
function nativeThread(): number {
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').pop())
  } catch {
    return 0
  }
}
