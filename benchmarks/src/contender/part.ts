/**
 * A thread's part in a workload: its seat at the board, and the allocator under test as this thread sees it.
 * In each task it waits for the others and then does what the kind of workload says.
 */

import { type Board, type Lane, SEATED } from '../loops/board.ts'
import type { Kind, Seated, Shape } from '../loops/kind.ts'
import type { Allocator } from '../peers/allocator.ts'
import { touch } from './touch.ts'
import { meet, monotonicSeconds } from './waiting.ts'

export interface Task {
  readonly do: 'warm' | 'touch' | 'run' | 'sample' | 'empty'
  /** Counts the tasks of a session from 1. */
  readonly round: number
  /** Exactly one of the two limits is finite. */
  readonly seconds: number
  readonly operations: number
  /** What to touch. */
  readonly bytes: number
}

/** What a worker needs to know; survives structured clone. */
export interface Told<S extends Shape = Shape> {
  /** The allocator under test, and how to attach to it. */
  readonly peer: string
  readonly handle: unknown
  readonly board: SharedArrayBuffer
  readonly kind: string
  readonly shape: S
  readonly threads: number
  readonly seats: number
}

export class Part<S extends Shape = Shape> {
  readonly told: Told<S>
  readonly board: Board
  readonly shape: S
  readonly seats: number
  readonly seat: number
  readonly #kind: Kind<S>
  readonly #open: () => Allocator
  #allocator: Allocator | undefined
  #seated: Seated | undefined

  /** `open` attaches this thread; it is called again after the thread has left. */
  constructor(told: Told<S>, kind: Kind<S>, board: Board, open: () => Allocator) {
    this.told = told
    this.board = board
    this.shape = told.shape
    this.seats = told.seats
    this.seat = Atomics.add(board.head, SEATED, 1)
    this.#kind = kind
    this.#open = open
  }

  async play(task: Task): Promise<void> {
    const { start } = this.board
    meet(this.board, this.seats, () => {
      start[0] = monotonicSeconds()
    })
    if (task.do === 'touch') touch(this.heap, this.shape, this.seat, task.bytes)
    else if (task.do !== 'warm') await this.#act(task)
    this.#allocator?.park()
  }

  async #act(task: Task): Promise<void> {
    this.#seated ??= this.#kind.sit(this)
    if (task.do === 'run') await this.#seated.run(task)
    else if (task.do === 'sample') this.#seated.sample?.(task)
    else this.#seated.empty?.()
  }

  /** When the task at hand began: the same for all seats, however late they come to run. */
  get started(): number {
    return this.board.start[0]
  }

  /** The allocator under test, attached to if need be. */
  get heap(): Allocator {
    this.#allocator ??= this.#open()
    return this.#allocator
  }

  /** Detaches this thread, which thereby becomes a fresh one: the next use of `heap` attaches anew. */
  leave(): void {
    this.#allocator?.detach()
    this.#allocator = undefined
  }

  lane(index: number): Lane {
    return this.board.lanes[index] as Lane
  }
}
