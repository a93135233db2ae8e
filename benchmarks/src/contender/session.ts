/**
 * One workload in one contender process: a fresh allocator, a fresh board, and a Piscina pool with exactly as
 * many threads as the workload has seats. The tasks of a round are submitted together and hold each other at
 * the start line, so each thread gets one.
 */

import { Piscina } from 'piscina'
import { sum } from 'simple-statistics'
import {
  type Board,
  boardBytes,
  ENDED,
  laneChecksum,
  laneSeed,
  OPERATIONS,
  openBoard,
  RANDOM,
  SAMPLES,
} from '../loops/board.ts'
import type { ScriptPeer } from '../peers/allocator.ts'
import { heapBytesOf, kindNamed } from '../workloads.ts'
import type { Task, Told } from './part.ts'
import { type FixedDone, PARTS, type Prepare, type RoundDone, type SampleDone } from './protocol.ts'
import { peakResidentBytes, resetPeak, residentBytes } from './resident.ts'

export class Session {
  /** Resident memory with all threads up and nothing allocated yet. */
  baselineResidentBytes = 0
  readonly #pool: Piscina<Task, string | undefined>
  readonly #board: Board
  readonly #seats: number
  #round = 0

  private constructor(pool: Piscina, board: Board, seats: number) {
    this.#pool = pool
    this.#board = board
    this.#seats = seats
  }

  static async open(name: string, peer: ScriptPeer, order: Prepare): Promise<Session> {
    const { shape, threads } = order
    const kind = kindNamed(order.kind)
    const seats = kind.seats(threads)
    const buffer = new SharedArrayBuffer(boardBytes(kind, shape, threads))
    const board = openBoard(buffer, kind, shape, threads)
    const opened = peer.create(heapBytesOf(kind, shape, threads), seats + 2)
    const workerData: Told = {
      peer: name,
      handle: opened.handle,
      board: buffer,
      kind: kind.name,
      shape,
      threads,
      seats,
    }
    const pool = new Piscina({
      filename: new URL('./worker.js', import.meta.url).href,
      minThreads: seats,
      maxThreads: seats,
      idleTimeout: Number.POSITIVE_INFINITY,
      workerData,
    })
    const session = new Session(pool, board, seats)
    await session.#all({ do: 'warm' })
    session.baselineResidentBytes = residentBytes()
    if (order.touchBytes > 0) await session.#all({ do: 'touch', bytes: order.touchBytes })
    for (const [index, lane] of board.lanes.entries()) {
      lane.words[RANDOM] = laneSeed(order.seed, index)
      kind.prepare?.(opened.allocator, lane, shape)
    }
    opened.allocator.park()
    return session
  }

  async round(seconds: number): Promise<RoundDone> {
    const wasReset = resetPeak()
    await this.#all({ do: 'run', seconds })
    return {
      did: 'round',
      ...this.#figures(),
      peakResidentBytes: peakResidentBytes(wasReset),
      residentBytes: residentBytes(),
    }
  }

  async sample(seconds: number): Promise<SampleDone> {
    await this.#all({ do: 'sample', seconds })
    const all = this.#board.lanes.flatMap(({ samples, clock }) => [...samples.subarray(0, clock[SAMPLES])])
    const sorted = Float64Array.from(all).sort()
    const nanoseconds = PARTS.map((part) => sorted[Math.floor(part * (sorted.length - 1))] * 1e6)
    return { did: 'sample', count: sorted.length, nanoseconds }
  }

  async fixed(operations: number): Promise<FixedDone> {
    await this.#all({ do: 'run', operations })
    const { ops } = this.#figures()
    await this.#all({ do: 'empty' })
    const checksum = this.#board.lanes.reduce((sum, lane) => (sum + laneChecksum(lane)) | 0, 0)
    return { did: 'fixed', ops, checksum: checksum >>> 0 }
  }

  async close(): Promise<void> {
    await this.#pool.destroy()
  }

  async #all(task: Pick<Task, 'do'> & Partial<Task>): Promise<void> {
    const round = ++this.#round
    for (const { clock } of this.#board.lanes) if (task.do === 'run') clock.fill(0)
    const endless = { seconds: Number.POSITIVE_INFINITY, operations: Number.POSITIVE_INFINITY, bytes: 0 }
    const whole = { ...endless, ...task, round }
    const runs = Array.from({ length: this.#seats }, () => this.#pool.run(whole))
    const errors = (await Promise.all(runs)).filter((error) => error !== undefined)
    if (errors[0] !== undefined) throw new Error(errors[0])
  }

  /**
   * A lane's rate is its operations over the time until it ended, 0 if it finished none; the session's is the sum of the
   * lanes'.
   */
  #figures(): { ops: number; seconds: number; lanes: number[] } {
    const start = this.#board.start[0]
    const clocks = this.#board.lanes.map(({ clock }) => clock)
    const lanes = clocks.map((clock) => clock[OPERATIONS] && clock[OPERATIONS] / (clock[ENDED] - start))
    const ops = sum(clocks.map((clock) => clock[OPERATIONS]))
    return { ops, seconds: ops && ops / sum(lanes), lanes }
  }
}
