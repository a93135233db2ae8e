/**
 * A thread's part in a round: takes its seat at the board, waits at the start line, runs its loop until the
 * time is up or the operations are done, and leaves start, end and operations of its lane on the board.
 */

import {
  type Board,
  ENDED,
  HEAD,
  type Lane,
  LEFT,
  OPERATIONS,
  RING_SLOTS,
  SAMPLES,
  SEATED,
  STARTED,
  STOP,
  STOPPED,
  TAIL,
  TURN,
} from '../loops/board.ts'
import { emptyLarson, larson } from '../loops/larson.ts'
import { BATCH, consume, emptyTable, produce, scatter } from '../loops/ring.ts'
import { tinyHot } from '../loops/tiny-hot.ts'
import { emptySlots, toggle } from '../loops/toggle.ts'
import type { Allocator } from '../peers/allocator.ts'
import type { Shape } from '../workloads.ts'
import { Pace } from './pace.ts'
import { touch } from './touch.ts'
import { monotonicSeconds, pause, startLine, waitFor } from './waiting.ts'

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

type Step = (heap: Allocator, lane: Lane, operations: number, shape: Shape) => number

/** The least operations between two looks at the clock. */
const LEAST = 64
/** Operations between two that are timed. */
const GAP = 64

export class Part {
  readonly #board: Board
  readonly #shape: Shape
  readonly #seats: number
  readonly #seat: number
  readonly #open: () => Allocator
  #allocator: Allocator | undefined

  /** `open` attaches this thread; it is called again after the thread has detached. */
  constructor(board: Board, shape: Shape, seats: number, open: () => Allocator) {
    this.#board = board
    this.#shape = shape
    this.#seats = seats
    this.#seat = Atomics.add(board.head, SEATED, 1)
    this.#open = open
  }

  run(task: Task): void {
    startLine(this.#board, this.#seats, task.round)
    if (task.do === 'run') this.#work(task)
    else if (task.do === 'touch') touch(this.#attached(), this.#shape, this.#seat, task.bytes)
    else if (task.do === 'sample') this.#sample(task)
    else if (task.do === 'empty') this.#empty()
    this.#allocator?.park()
  }

  #work(task: Task): void {
    const { kind } = this.#shape
    if (kind === 'larson') this.#runInTurn(task)
    else if (kind !== 'ring') this.#runAlone(task)
    else if (this.#seat === 0) this.#runProducer(task)
    else this.#runConsumer(task)
  }

  #empty(): void {
    const { kind } = this.#shape
    if (kind === 'toggle') emptySlots(this.#attached(), this.#lane())
    else if (kind === 'larson') {
      const lane = this.#lane()
      if (lane.words[TURN] === this.#side()) emptyLarson(this.#attached(), lane)
    } else if (kind === 'ring' && this.#seat === 1) emptyTable(this.#attached(), this.#lane())
  }

  /**
   * One operation in GAP + 1 is timed, after a quarter of the time in which V8 gets to know this loop. In larson
   * the thread whose turn it is does it all.
   */
  #sample(task: Task): void {
    const lane = this.#lane()
    const shape = this.#shape
    if (shape.kind === 'larson' && lane.words[TURN] !== this.#side()) return
    const heap = this.#attached()
    const step: Step = shape.kind === 'toggle' ? toggle : larson
    const { samples } = lane
    const cost = clockCost(samples)
    const start = performance.now() + task.seconds * 250
    const end = start + task.seconds * 750
    let count = 0
    for (let now = 0; now < end && count < samples.length; ) {
      step(heap, lane, GAP, shape)
      const before = performance.now()
      step(heap, lane, 1, shape)
      now = performance.now()
      samples[count] = Math.max(0, now - before - cost)
      if (now > start) count++
    }
    lane.clock[SAMPLES] = count
  }

  /** tiny-hot and the toggles: each thread for itself. */
  #runAlone(task: Task): void {
    const heap = this.#attached()
    const lane = this.#lane()
    const shape = this.#shape
    const step: Step = shape.kind === 'toggle' ? toggle : tinyHot
    const started = monotonicSeconds()
    const pace = new Pace(LEAST, started)
    let now = started
    let done = 0
    while (now - started < task.seconds && done < task.operations) {
      done += step(heap, lane, Math.min(pace.chunk, task.operations - done), shape)
      now = monotonicSeconds()
      pace.adapt(now)
    }
    report(lane, started, now, done)
  }

  /** larson: two threads to a lane, of which one works and the other waits to succeed it. */
  #runInTurn(task: Task): void {
    const lane = this.#lane()
    const { words } = lane
    const side = this.#side()
    const round = task.round
    for (;;) {
      const turn = Atomics.load(words, TURN)
      if (Atomics.load(words, STOPPED) === round) return
      if (turn !== side) {
        waitFor(this.#board, words, TURN, turn)
        continue
      }
      const ended = this.#runTurn(task, lane)
      if (ended) Atomics.store(words, STOPPED, round)
      else Atomics.store(words, TURN, 1 - side)
      Atomics.notify(words, TURN)
    }
  }

  /** Runs until the turn ends (false) or the round does (true). */
  #runTurn(task: Task, lane: Lane): boolean {
    const { words, clock } = lane
    const heap = this.#attached()
    let now = monotonicSeconds()
    const started = clock[STARTED] || now
    let done = clock[OPERATIONS]
    let left = words[LEFT]
    const pace = new Pace(LEAST, now)
    while (left > 0 && now - started < task.seconds && done < task.operations) {
      const ran = larson(heap, lane, Math.min(pace.chunk, left, task.operations - done), this.#shape)
      done += ran
      left -= ran
      now = monotonicSeconds()
      pace.adapt(now)
    }
    report(lane, started, now, done)
    words[LEFT] = left
    if (left > 0) return true
    words[LEFT] = this.#shape.turn
    heap.detach()
    this.#allocator = undefined
    return now - started >= task.seconds || done >= task.operations
  }

  #runProducer(task: Task): void {
    const heap = this.#attached()
    const { head, ring } = this.#board
    const batches = Math.ceil(task.operations / BATCH)
    let first = Atomics.load(head, HEAD)
    for (let batch = 0; batch < batches; batch++) {
      for (let spins = 0; ((first + BATCH - Atomics.load(head, TAIL)) | 0) > RING_SLOTS; spins++) {
        if (Atomics.load(head, STOP) === task.round) return
        pause(this.#board, spins)
      }
      produce(heap, ring, first)
      first = (first + BATCH) | 0
      Atomics.store(head, HEAD, first)
      if (Atomics.load(head, STOP) === task.round) return
    }
  }

  #runConsumer(task: Task): void {
    const heap = this.#attached()
    const { head, ring } = this.#board
    const lane = this.#lane()
    const step = this.#shape.slots === 0 ? consume : scatter
    const batches = Math.ceil(task.operations / BATCH)
    const started = monotonicSeconds()
    const pace = new Pace(1, started)
    let first = Atomics.load(head, TAIL)
    let now = started
    let done = 0
    while (now - started < task.seconds && done < batches) {
      for (let left = Math.min(pace.chunk, batches - done); left > 0; left--) {
        for (let spins = 0; Atomics.load(head, HEAD) === first; spins++) pause(this.#board, spins)
        step(heap, ring, first, lane)
        first = (first + BATCH) | 0
        done++
        Atomics.store(head, TAIL, first)
      }
      now = monotonicSeconds()
      pace.adapt(now)
    }
    Atomics.store(head, STOP, task.round)
    report(lane, started, now, done * BATCH)
  }

  #attached(): Allocator {
    this.#allocator ??= this.#open()
    return this.#allocator
  }

  #lane(): Lane {
    const { kind } = this.#shape
    const lane = kind === 'ring' ? 0 : kind === 'larson' ? this.#seat >>> 1 : this.#seat
    return this.#board.lanes[lane] as Lane
  }

  #side(): number {
    return this.#seat & 1
  }
}

function report(lane: Lane, started: number, ended: number, operations: number): void {
  lane.clock[STARTED] = started
  lane.clock[ENDED] = ended
  lane.clock[OPERATIONS] = operations
}

/** Milliseconds between two readings of the clock with nothing in between; uses `samples` as scratch. */
function clockCost(samples: Float64Array): number {
  const tries = samples.subarray(0, 1001)
  for (let i = 0; i < tries.length; i++) {
    const before = performance.now()
    tries[i] = performance.now() - before
  }
  return tries.sort()[500]
}
