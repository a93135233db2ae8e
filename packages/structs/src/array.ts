/** Fixed arrays: so many of a kind, end to end. */

import { FieldError, LayoutError } from './errors.ts'
import {
  type AnyKind,
  alignTo,
  type FieldType,
  type InitOf,
  type Kind,
  kindOf,
  type Memory,
  perMemory,
  type ValueOf,
} from './kind.ts'

/** A list in shared memory. An index out of range throws FieldError. */
export interface List<V, I> extends Iterable<V> {
  readonly length: number
  get(index: number): V
  set(index: number, value: I): void
}

/** A fixed array as a field. */
export interface ArrayKind<T extends FieldType>
  extends Kind<List<ValueOf<T>, InitOf<T>>, Iterable<InitOf<T>>> {
  /** The kind of its elements, and how many there are. */
  readonly element: T
  readonly count: number
}

/** `count` times `type`; `make` takes any iterable of at most so many values. Throws LayoutError. */
export function array<const T extends FieldType>(type: T, count: number): ArrayKind<T> {
  if (!Number.isInteger(count) || count < 1 || count > 2 ** 24) {
    throw new LayoutError(`array: the count must be a whole number from 1 to 2^24, got ${count}.`)
  }
  const kind = kindOf(type)
  const stride = strideOf(kind)
  const { align } = kind
  const signature = `array(${kind.signature}, ${count})`
  const common = {
    size: stride * count,
    align,
    signature,
    assignable: false,
    parts: kind,
    element: type,
    count,
  }
  const listsOf = perMemory((memory) => lists(memory, kind, count))
  const read = (memory: Memory) => {
    const Fixed = listsOf(memory)
    return (at: number) => new Fixed(at)
  }
  const write = (memory: Memory) => {
    const set = kind.write(memory)
    return (at: number, values: Iterable<InitOf<T>>) => {
      let k = 0
      for (const value of values) {
        if (k === count) throw new FieldError(signature, `value ${k}`, `one of ${count}`)
        set((at + stride * k++) | 0, value)
      }
    }
  }
  if (kind.release === undefined) return { ...common, read, write }
  const { release } = kind
  return {
    ...common,
    read,
    write,
    release: (memory) => {
      const free = release(memory)
      return (at) => {
        for (let k = 0; k < count; k++) free((at + stride * k) | 0)
      }
    },
  }
}

/** Bytes from one element to the next. */
export const strideOf = (kind: AnyKind): number => alignTo(kind.size, kind.align)

function lists<V, I>(memory: Memory, kind: Kind<V, I>, count: number) {
  const read = kind.read(memory)
  const write = kind.write(memory)
  const stride = strideOf(kind)

  return class FixedArray implements List<V, I> {
    private readonly at: number

    constructor(at: number) {
      this.at = at
    }

    get length(): number {
      return count
    }

    get(index: number): V {
      if (index >>> 0 !== index || index >= count) throw outOfRange(index, count)
      return read((this.at + index * stride) | 0)
    }

    set(index: number, value: I): void {
      if (index >>> 0 !== index || index >= count) throw outOfRange(index, count)
      write((this.at + index * stride) | 0, value)
    }

    *[Symbol.iterator](): Iterator<V> {
      for (let k = 0; k < count; k++) yield read((this.at + k * stride) | 0)
    }
  }
}

export function outOfRange(index: unknown, length: number): FieldError {
  return new FieldError(
    'index',
    index,
    length === 0 ? 'in an empty list' : `a whole number from 0 to ${length - 1}`,
  )
}
