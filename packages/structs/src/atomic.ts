/**
 * Integers and pointers that several threads read and write at once: every operation of `Atomics`, on the field.
 *
 * Each operation is one step that all threads see in one order; what a thread wrote before it is seen by whoever reads its
 * result. What a field means to its threads is theirs: each partner is in the user's code.
 */

import { NoWaitAsyncError } from '@hakmem/sync'
import { LayoutError } from './errors.ts'
import { type Kind, type Memory, perMemory } from './kind.ts'
import type { Scalar } from './scalars.ts'

/** An atomic field. Operations that change it return the value before. */
export interface Atomic<V> {
  load(): V
  /** Returns `value`. */
  store(value: V): V
  exchange(value: V): V
  /** Stores `value` if the field holds `expected`. */
  compareExchange(expected: V, value: V): V
  add(value: V): V
  sub(value: V): V
  and(value: V): V
  or(value: V): V
  xor(value: V): V
}

/** An atomic field of 32 or 64 bits, on which threads may sleep. */
export interface WaitableAtomic<V> extends Atomic<V> {
  /**
   * Sleeps while the field holds `expected`, until notified, for at most `timeout` milliseconds. A browser's main thread
   * must not: it throws a TypeError there.
   */
  wait(expected: V, timeout?: number): 'ok' | 'not-equal' | 'timed-out'
  /** As `wait`, without blocking the thread. Throws NoWaitAsyncError where the host has none. */
  waitAsync(expected: V, timeout?: number): Promise<'ok' | 'not-equal' | 'timed-out'>
  /** Wakes at most `count` threads, all unless told; how many. */
  notify(count?: number): number
}

type Words = Int32Array | Uint32Array | BigInt64Array | BigUint64Array
type Small = Int8Array | Uint8Array | Int16Array | Uint16Array

/** An atomic field of the kind, which is an integer or a pointer. Throws LayoutError for others. */
export function atomic<V extends number | bigint>(kind: Scalar<V, Words>): Kind<WaitableAtomic<V>, V>
export function atomic<V extends number>(kind: Scalar<V, Small>): Kind<Atomic<V>, V>
export function atomic(kind: Scalar<unknown, unknown>): Kind<WaitableAtomic<never>, unknown> {
  const { size, align, signature } = kind
  const name = VIEWS[signature]
  if (name === undefined) throw new LayoutError(`atomic: takes an integer or a pointer, got ${signature}.`)
  const cellsOf = perMemory((memory) => cells(memory, name, Math.log2(size)))
  const read = (memory: Memory) => {
    const Cell = cellsOf(memory)
    return (at: number) => new Cell(at) as unknown as WaitableAtomic<never>
  }
  return { size, align, signature: `atomic(${signature})`, assignable: false, read, write: kind.write }
}

const VIEWS: Readonly<Record<string, 'U8' | 'I8' | 'U16' | 'I16' | 'U32' | 'I32' | 'U64' | 'I64'>> = {
  u8: 'U8',
  i8: 'I8',
  u16: 'U16',
  i16: 'I16',
  u32: 'U32',
  i32: 'I32',
  u64: 'U64',
  i64: 'I64',
  ptr: 'U32',
}

function cells(memory: Memory, name: (typeof VIEWS)[string], shift: number) {
  // One code for numbers and bigints, whose types have no common form.
  const V = memory[name] as unknown as Int32Array
  // Threads sleep on signed words only.
  const W = (shift === 3 ? memory.I64 : memory.I32) as Int32Array
  const signed = (value: number): number =>
    typeof value === 'bigint' ? (BigInt.asIntN(64, value) as unknown as number) : value | 0

  return class Cell implements WaitableAtomic<number> {
    private readonly at: number

    constructor(at: number) {
      this.at = at >>> shift
    }

    load(): number {
      return Atomics.load(V, this.at)
    }

    store(value: number): number {
      return Atomics.store(V, this.at, value)
    }

    exchange(value: number): number {
      return Atomics.exchange(V, this.at, value)
    }

    compareExchange(expected: number, value: number): number {
      return Atomics.compareExchange(V, this.at, expected, value)
    }

    add(value: number): number {
      return Atomics.add(V, this.at, value)
    }

    sub(value: number): number {
      return Atomics.sub(V, this.at, value)
    }

    and(value: number): number {
      return Atomics.and(V, this.at, value)
    }

    or(value: number): number {
      return Atomics.or(V, this.at, value)
    }

    xor(value: number): number {
      return Atomics.xor(V, this.at, value)
    }

    wait(expected: number, timeout?: number): 'ok' | 'not-equal' | 'timed-out' {
      return Atomics.wait(W, this.at, signed(expected), timeout)
    }

    async waitAsync(expected: number, timeout?: number): Promise<'ok' | 'not-equal' | 'timed-out'> {
      if (typeof Atomics.waitAsync !== 'function') throw new NoWaitAsyncError()
      return Atomics.waitAsync(W, this.at, signed(expected), timeout).value
    }

    notify(count?: number): number {
      return Atomics.notify(W, this.at, count)
    }
  }
}
