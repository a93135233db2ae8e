/**
 * The board: the memory that the threads of one workload share besides the heap under test.
 *
 * One SharedArrayBuffer holds the start line, per lane its generator, its checksum, its clock and its pointers,
 * and what else the kind of workload shares between its seats. Everything lives here and nothing in JavaScript objects,
 * so a larson lane can go from thread to thread and the host can read the figures of all lanes once they have stopped.
 */

import type { Kind, Shape } from './kind.ts'

/** Words of the board's head; each is written with Atomics. */
export const SEATED = 0
/** Threads at the barrier, and how often all have met there. */
export const ARRIVED = 1
export const MET = 2
export const FAILED = 3
/** Never notified: threads that spun in vain doze on it. */
export const NAP = 4
/** The last task whose rounds are over. */
export const OVER = 5
/** A double: when the task at hand began, written by the thread that came last. */
const START = 8
const HEAD_WORDS = 16

/** Words of a lane, 64 bytes, written by the thread that works at it. */
export const RANDOM = 0
export const SUM = 1
/** From here on a kind has words of its own. */
export const OWN = 2
const LANE_WORDS = 16

/** Doubles of a lane, 64 bytes. */
export const ENDED = 0
export const OPERATIONS = 1
export const SAMPLES = 2
const LANE_DOUBLES = 8

/** Timed operations that a lane can keep. */
const MOST_SAMPLES = 32_768

export interface Lane {
  readonly words: Int32Array
  readonly clock: Float64Array
  readonly pointers: Uint32Array
  /** Milliseconds of single operations; the clock says how many. */
  readonly samples: Float64Array
}

export interface Board {
  readonly head: Int32Array
  /** When the task at hand began, in seconds; written while all wait. */
  readonly start: Float64Array
  readonly lanes: readonly Lane[]
  /** What the kind of workload shares between its seats, beginning at a cache line each. */
  readonly words: Int32Array
  readonly pointers: Uint32Array
}

export function boardBytes(kind: Kind, shape: Shape, threads: number): number {
  return offsetsOf(kind, shape, threads).end
}

/** A view of a board; any thread may hold one. */
export function openBoard(buffer: SharedArrayBuffer, kind: Kind, shape: Shape, threads: number): Board {
  const at = offsetsOf(kind, shape, threads)
  const lanes = Array.from({ length: at.lanes }, (_, lane) => ({
    words: new Int32Array(buffer, at.laneWords + lane * LANE_WORDS * 4, LANE_WORDS),
    clock: new Float64Array(buffer, at.clocks + lane * LANE_DOUBLES * 8, LANE_DOUBLES),
    pointers: new Uint32Array(
      buffer,
      at.lanePointers + lane * at.stride,
      kind.pointersPerLane(shape, threads),
    ),
    samples: new Float64Array(buffer, at.samples + lane * at.samplesStride, at.samplesStride / 8),
  }))
  return {
    head: new Int32Array(buffer, 0, HEAD_WORDS),
    start: new Float64Array(buffer, START * 4, 1),
    lanes,
    words: new Int32Array(buffer, at.words, at.shared.words),
    pointers: new Uint32Array(buffer, at.pointers, at.shared.pointers),
  }
}

/** Called by the thread that ends a lane's run. */
export function report(lane: Lane, ended: number, operations: number): void {
  lane.clock[ENDED] = ended
  lane.clock[OPERATIONS] = operations
}

/** The first state of a lane's generator: never 0, which xorshift cannot leave. */
export function laneSeed(seed: number, lane: number): number {
  return Math.imul(seed + lane * 7919 + 1, 0x9e3779b1) | 1
}

/** What a finished lane adds to the checksum: its sum and where its generator stands. */
export function laneChecksum(lane: Lane): number {
  return (lane.words[SUM] + Math.imul(lane.words[RANDOM], 0x9e3779b1)) | 0
}

function offsetsOf(kind: Kind, shape: Shape, threads: number) {
  const lanes = kind.lanes(threads)
  const shared = kind.shared?.(shape, threads) ?? { words: 0, pointers: 0 }
  const laneWords = HEAD_WORDS * 4
  const clocks = laneWords + lanes * LANE_WORDS * 4
  const words = clocks + lanes * LANE_DOUBLES * 8
  const pointers = words + wholeLines(shared.words)
  const lanePointers = pointers + wholeLines(shared.pointers)
  const stride = wholeLines(kind.pointersPerLane(shape, threads))
  const samples = lanePointers + lanes * stride
  const samplesStride = kind.single ? MOST_SAMPLES * 8 : 0
  const end = samples + lanes * samplesStride
  return {
    lanes,
    shared,
    laneWords,
    clocks,
    words,
    pointers,
    lanePointers,
    stride,
    samples,
    samplesStride,
    end,
  }
}

/** Bytes of so many words, in whole cache lines. */
function wholeLines(words: number): number {
  return Math.ceil(words / 16) * 64
}
