/**
 * The board: the memory that the threads of one workload share besides the heap under test.
 *
 * One SharedArrayBuffer holds the start line, and per lane its generator, its checksum, its clock and its
 * pointers. Everything lives here and nothing in JavaScript objects, so a larson lane can go from thread to
 * thread and the host can read the figures of all lanes once they have stopped.
 */

import { lanesOf, type Shape, stepsSingly } from '../workloads.ts'

/** Words of the board's head; each is written with Atomics. */
export const SEATED = 0
export const ARRIVED = 1
export const ROUND = 2
export const FAILED = 3
export const STOP = 4
/** Never notified: threads that spun in vain doze on it. */
export const NAP = 5
export const HEAD = 16
export const TAIL = 32
const HEAD_WORDS = 48

/** Words of a lane, 64 bytes, written by the thread whose turn it is. */
export const RANDOM = 0
export const SUM = 1
/** larson: the side (0 or 1) that may run; the other waits on this word. */
export const TURN = 2
/** larson: replacements left of this turn. */
export const LEFT = 3
/** larson: the last round that this lane has finished. */
export const STOPPED = 4
const LANE_WORDS = 16

/** Doubles of a lane, 64 bytes. */
export const STARTED = 0
export const ENDED = 1
export const OPERATIONS = 2
export const SAMPLES = 3
const LANE_DOUBLES = 8

export const RING_SLOTS = 65_536
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
  readonly lanes: readonly Lane[]
  readonly ring: Uint32Array
}

export function boardBytes(shape: Shape, threads: number): number {
  return offsetsOf(shape, lanesOf(shape, threads)).end
}

/** A view of a board; any thread may hold one. */
export function openBoard(buffer: SharedArrayBuffer, shape: Shape, threads: number): Board {
  const count = lanesOf(shape, threads)
  const at = offsetsOf(shape, count)
  const lanes = Array.from({ length: count }, (_, lane) => ({
    words: new Int32Array(buffer, at.words + lane * LANE_WORDS * 4, LANE_WORDS),
    clock: new Float64Array(buffer, at.clocks + lane * LANE_DOUBLES * 8, LANE_DOUBLES),
    pointers: new Uint32Array(buffer, at.pointers + lane * at.stride, shape.slots),
    samples: new Float64Array(buffer, at.samples + lane * at.samplesStride, at.samplesStride / 8),
  }))
  return {
    head: new Int32Array(buffer, 0, HEAD_WORDS),
    lanes,
    ring: new Uint32Array(buffer, at.ring, shape.kind === 'ring' ? RING_SLOTS : 0),
  }
}

/** The first state of a lane's generator: never 0, which xorshift cannot leave. */
export function laneSeed(seed: number, lane: number): number {
  return Math.imul(seed + lane * 7919 + 1, 0x9e3779b1) | 1
}

/** What a finished lane adds to the checksum: its sum and where its generator stands. */
export function laneChecksum(lane: Lane): number {
  return (lane.words[SUM] + Math.imul(lane.words[RANDOM], 0x9e3779b1)) | 0
}

function offsetsOf(shape: Shape, lanes: number) {
  const words = HEAD_WORDS * 4
  const clocks = words + lanes * LANE_WORDS * 4
  const ring = clocks + lanes * LANE_DOUBLES * 8
  const pointers = ring + (shape.kind === 'ring' ? RING_SLOTS * 4 : 0)
  const stride = Math.ceil(shape.slots / 16) * 64
  const samples = pointers + lanes * stride
  const samplesStride = stepsSingly(shape) ? MOST_SAMPLES * 8 : 0
  return {
    words,
    clocks,
    ring,
    pointers,
    stride,
    samples,
    samplesStride,
    end: samples + lanes * samplesStride,
  }
}
