/**
 * What a workload has to say of itself. Each file in this folder that ends with a `Kind` is one, its twin in C has
 * the same name in `native/`, and `workloads.ts` has a row for each set of figures that it runs with. Nothing
 * else knows one kind from another.
 *
 * Threads sit in **seats**, numbered from 0: usually one per thread that was asked for, more where threads wait to
 * succeed each other or play different parts. **Lanes** hold what is counted and checked: a seat works at one lane,
 * a lane may go from seat to seat.
 */

import type { Part, Task } from '../contender/part.ts'
import type { Allocator } from '../peers/allocator.ts'
import type { Lane } from './board.ts'

/** Sizes are `low + (x << shift)` with x uniform in 0 .. units - 1. */
export type Sizes = {
  readonly low: number
  readonly units: number
  readonly shift: number
}

/**
 * The figures of a workload; the C twin gets them by their names. Kinds whose sizes are drawn otherwise give the
 * range in which memory may be taken into use beforehand.
 */
export type Shape = Sizes & Readonly<Record<string, number>>

/** Allocated and not yet freed in the steady state; bytes as asked for. */
export interface Live {
  readonly blocks: number
  readonly bytes: number
}

/** What the seats of a workload share besides their lanes. */
export interface Shared {
  /** Written with Atomics. */
  readonly words: number
  readonly pointers: number
}

/** Runs about `operations` and returns how many it were. */
export type Loop = (operations: number) => number

/**
 * Makes a thread's loop, once in a session. What it works with at each operation (the heap, views, pointers, sizes) are
 * constants of its closure, as they are functions, statics and registers in the C twin: V8 builds what the only closure
 * of a function holds into the machine code. A view that is a parameter is checked, and its address and length loaded,
 * at each access (docs/performance.md, "What a call costs that never happens"). Where a thread leaves and comes anew its
 * heap is another object each time, and a parameter of the loop; the views stay good.
 *
 * Short loops take them into locals first: V8 may come to an access in a loop before it knows what the closure holds, and
 * keeps the check (tiny-hot ran at two thirds).
 */
export type Bind<S extends Shape, A = Allocator> = (heap: A, lane: Lane, shape: S) => Loop

/**
 * Calls a loop such that V8 compiles it as a function of its own, as the C twin's is: inlined into the loop around it, it
 * has to share registers with the clock and the pace (random-mixed ran at 0.88, larson at 0.80 of its speed).
 */
export function apart<A extends unknown[], R>(loop: (...args: A) => R, ...args: A): R {
  return Reflect.apply(loop, undefined, args)
}

export interface Kind<S extends Shape = Shape> {
  readonly name: string
  /** Whether a block may be freed by another thread than its allocator's. */
  readonly passesBlocks: boolean
  /** Whether blocks are written beyond their first 16 bytes, or must be zero. */
  readonly fillsBlocks?: boolean
  /** Whether what it costs to become a fresh thread decides: contenders in which no thread can are left out. */
  readonly aboutFreshThreads?: true
  /** A fixed number of threads, whatever was asked for. */
  readonly fixedThreads?: number
  lanes(threads: number): number
  seats(threads: number): number
  /** Threads that are at work at a time, where these are not as many as were asked for. */
  busy?(threads: number): number
  pointersPerLane(shape: S, threads: number): number
  shared?(shape: S, threads: number): Shared
  live(shape: S, threads: number): Live
  /** The same loop with next to nothing allocated: shows what a warm process needs besides the workload's blocks. */
  idle?(shape: S): S
  /** The main thread's part for each lane, before the first run. */
  prepare?(heap: Allocator, lane: Lane, shape: S): void
  /** Whether the loop can be asked for one operation, so that its time can be taken. */
  readonly single?: boolean
  /** What a thread does in its seat; asked for once. */
  sit(part: Part<S>): Seated
}

export interface Seated {
  /** The seat's part in a run: ends when `task.seconds` have passed or `task.operations` per lane are done. */
  run(task: Task): void | Promise<void>
  /** Takes the time of single operations, where the kind is `single`. */
  sample?(task: Task): void
  /** Frees what the seat holds at the end of a fixed run. */
  empty?(): void
}

export function averageSize({ low, units, shift }: Sizes): number {
  return low + ((units - 1) / 2) * 2 ** shift
}
