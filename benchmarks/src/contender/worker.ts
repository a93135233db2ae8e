/** The Piscina worker: opens the board and the allocator under test once, then plays its part in each task. */

import { Piscina } from 'piscina'
import { openBoard } from '../loops/board.ts'
import type { Shape } from '../loops/kind.ts'
import { loadScriptPeer } from '../peers/peers.ts'
import { kindNamed } from '../workloads.ts'
import { Part, type Task } from './part.ts'
import { Abandoned, raiseFailed } from './waiting.ts'

export interface Seat {
  readonly peer: string
  readonly handle: unknown
  readonly board: SharedArrayBuffer
  readonly kind: string
  readonly shape: Shape
  readonly threads: number
  readonly seats: number
}

const seat: Seat = Piscina.workerData
const kind = kindNamed(seat.kind)
const board = openBoard(seat.board, kind, seat.shape, seat.threads)
const peer = await loadScriptPeer(seat.peer)
const part = new Part(board, kind, seat.shape, seat.seats, () => peer.attach(seat.handle))

/** Answers with the first cause of a failure; the threads that only gave up waiting say nothing. */
export default function play(task: Task): string | undefined {
  try {
    part.play(task)
    return undefined
  } catch (error) {
    raiseFailed(board)
    if (error instanceof Abandoned) return undefined
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}
