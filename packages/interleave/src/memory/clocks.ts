/**
 * Vector clocks: which plain accesses are ordered, and which race.
 *
 * Thread t counts its releases in C[t][t]. An Atomics store, or a declared release store when it lands, puts t's clock at
 * the location; an Atomics read-modify-write joins it there and takes what was there; a load (Atomics, or declared
 * acquire) takes it. `notify` gives to those it wakes, a dead thread to its reaper, setup to all. Two accesses race when
 * neither thread's clock has heard of the other's, and one of them wrote.
 *
 * This is DJIT+ as FastTrack describes it (Flanagan and Freund 2009) without FastTrack's compression to epochs: a run has
 * a handful of threads and a few hundred locations, and whole vectors keep the hash, which is part of a state's key
 * while races are looked for, simple. Cells are bytes, so that views of different widths meet.
 */

const T = 16
/** Per byte: plain writes, plain reads, atomic writes, atomic reads, each a clock per thread. */
const CELL = 4 * T
const PLAIN_WRITE = 0
const PLAIN_READ = T
const ATOMIC_WRITE = 2 * T
const ATOMIC_READ = 3 * T

const threads = new Int32Array(T * T)
/** Hash of everything here, in two lanes, but for the threads' own clocks. */
const lanes = new Int32Array(2)

/** Places of bytes and of synchronising locations; kept from run to run, for a run meets much the same. */
let places = new Map<number, number>()
let syncs = new Map<number, number>()
let cells = new Int32Array(64 * CELL)
let cellRun = new Int32Array(64)
let released = new Int32Array(64 * T)
let releasedRun = new Int32Array(64)
let run = 0

/** A new exploration. */
export function reset(): void {
  places = new Map()
  syncs = new Map()
  cellRun.fill(0)
  releasedRun.fill(0)
}

/** A new run: setup comes before every thread. */
export function begin(): void {
  run++
  threads.fill(0)
  for (let t = 0; t < T; t++) threads[t * T + t] = 1
  lanes.fill(0)
}

/** Thread `to` starts after all that `from` did. */
export function fork(from: number, to: number): void {
  for (let u = 0; u < T; u++) threads[to * T + u] = Math.max(threads[to * T + u], threads[from * T + u])
  threads[from * T + from]++
}

export function capture(thread: number): Int32Array {
  const clock = threads.slice(thread * T, thread * T + T)
  threads[thread * T + thread]++
  return clock
}

function mix(place: number, value: number, by: number): number {
  let h = Math.imul(place ^ by, 0x85ebca6b)
  h ^= h >>> 15
  h = Math.imul(h ^ value, 0xc2b2ae35)
  return h ^ (h >>> 13)
}

function put(of: Int32Array, at: number, value: number, by: number): void {
  const old = of[at]
  if (old === value) return
  of[at] = value
  if (old !== 0) {
    lanes[0] ^= mix(at, old, by)
    lanes[1] ^= mix(at, old, ~by)
  }
  lanes[0] ^= mix(at, value, by)
  lanes[1] ^= mix(at, value, ~by)
}

const key = (slot: number, at: number): number => slot * 2 ** 32 + at

function longer(of: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const next = new Int32Array(2 * length)
  next.set(of)
  return next
}

function cellOf(slot: number, at: number): number {
  let n = places.get(key(slot, at))
  if (n === undefined) {
    n = places.size
    places.set(key(slot, at), n)
    if ((n + 1) * CELL > cells.length) cells = longer(cells, (n + 1) * CELL)
    if (n >= cellRun.length) cellRun = longer(cellRun, n + 1)
  }
  if (cellRun[n] !== run) {
    cellRun[n] = run
    cells.fill(0, n * CELL, (n + 1) * CELL)
  }
  return n * CELL
}

function syncOf(slot: number, at: number): number {
  let n = syncs.get(key(slot, at))
  if (n === undefined) {
    n = syncs.size
    syncs.set(key(slot, at), n)
    if ((n + 1) * T > released.length) released = longer(released, (n + 1) * T)
    if (n >= releasedRun.length) releasedRun = longer(releasedRun, n + 1)
  }
  if (releasedRun[n] !== run) {
    releasedRun[n] = run
    released.fill(0, n * T, (n + 1) * T)
  }
  return n * T
}

/** Thread `t` has loaded from a location. */
export function acquire(t: number, slot: number, at: number): void {
  const from = syncOf(slot, at)
  for (let u = 0; u < T; u++) {
    if (released[from + u] > threads[t * T + u]) threads[t * T + u] = released[from + u]
  }
}

/** Thread `t` has stored to a location; `join`: by a read-modify-write, which continues what was released there. */
export function release(t: number, slot: number, at: number, join: boolean): void {
  const to = syncOf(slot, at)
  for (let u = 0; u < T; u++) {
    const mine = threads[t * T + u]
    put(released, to + u, join ? Math.max(mine, released[to + u]) : mine, 0x51ed270b)
  }
  threads[t * T + t]++
}

/** A declared release store has landed; `clock` is what its thread had when it made it. */
export function releaseOf(clock: Int32Array, slot: number, at: number): void {
  const to = syncOf(slot, at)
  for (let u = 0; u < T; u++) put(released, to + u, clock[u], 0x51ed270b)
}

/** An unordered store has landed: whoever loads it takes nothing. */
export function forget(slot: number, at: number): void {
  const to = syncOf(slot, at)
  for (let u = 0; u < T; u++) put(released, to + u, 0, 0x51ed270b)
}

/** The bit of the answer of `access`: whether the other access was a write. */
const OTHER_WROTE = 1

/**
 * Notes an access of thread `t` to `size` bytes; the answer is -1, or the thread it races with << 1, plus 1 if that one
 * wrote. `mixed`: a plain access races with an atomic one as well.
 */
export function access(
  slot: number,
  at: number,
  size: number,
  t: number,
  write: boolean,
  plain: boolean,
  mixed: boolean,
): number {
  if (!plain && !mixed) return -1
  let found = -1
  for (let byte = at; byte < at + size; byte++) {
    const cell = cellOf(slot, byte)
    if (found < 0) found = unordered(cell + PLAIN_WRITE, t, OTHER_WROTE)
    if (found < 0 && write) found = unordered(cell + PLAIN_READ, t, 0)
    if (found < 0 && plain && mixed) found = unordered(cell + ATOMIC_WRITE, t, OTHER_WROTE)
    if (found < 0 && plain && mixed && write) found = unordered(cell + ATOMIC_READ, t, 0)
    const mine = plain ? (write ? PLAIN_WRITE : PLAIN_READ) : write ? ATOMIC_WRITE : ATOMIC_READ
    put(cells, cell + mine + t, threads[t * T + t], 0x2c1b3c6d)
  }
  return found
}

function unordered(row: number, t: number, wrote: number): number {
  for (let u = 0; u < T; u++) {
    if (u !== t && cells[row + u] > threads[t * T + u]) return (u << 1) | wrote
  }
  return -1
}

/** Folds all clocks into a lane (0 or 1) of a state's key. */
export function hash(seed: number, lane: number): number {
  let h = seed ^ lanes[lane]
  for (let x = 0; x < T * T; x++) h = Math.imul(h ^ threads[x], 0x85ebca6b) ^ (h >>> 15)
  return h
}
