/** The Piscina worker: opens the board and the allocator under test once, then plays its part in each task. */

import { Piscina } from 'piscina'
import { openBoard } from '../loops/board.ts'
import { loadScriptPeer } from '../peers/peers.ts'
import { kindNamed } from '../workloads.ts'
import { Part, type Task, type Told } from './part.ts'
import { Abandoned, raiseFailed } from './waiting.ts'

const told: Told = Piscina.workerData
const kind = kindNamed(told.kind)
const board = openBoard(told.board, kind, told.shape, told.threads)
const peer = await loadScriptPeer(told.peer)
const part = new Part(told, kind, board, () => peer.attach(told.handle))

/** Answers with the first cause of a failure; the threads that only gave up waiting say nothing. */
export default async function play(task: Task): Promise<string | undefined> {
  try {
    await part.play(task)
    return undefined
  } catch (error) {
    raiseFailed(board)
    if (error instanceof Abandoned) return undefined
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}
