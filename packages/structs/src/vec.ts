/**
 * Growable lists, owned by the struct: three words in it (address, length, capacity) and a block for the elements. For one
 * thread at a time: growing moves the elements, and views of them with it.
 */

import { type List, outOfRange, strideOf } from './array.ts'
import {
  type FieldType,
  type InitOf,
  type Kind,
  kindOf,
  type Memory,
  perMemory,
  type ValueOf,
} from './kind.ts'
import { allocate, retire } from './tags.ts'
import { zero } from './zero.ts'

/** A list that grows. */
export interface Vec<V, I> extends List<V, I> {
  /** Elements that fit before it has to move. */
  readonly capacity: number
  /** Adds `value` at the end, or an element that is all zero; the new length. Throws OutOfMemoryError. */
  push(value?: I): number
  /** Takes off the last element with all that it owns; false if there is none. */
  pop(): boolean
  /** Takes off all. */
  clear(): void
  /** Makes room for `capacity` elements in all. Throws OutOfMemoryError. */
  reserve(capacity: number): void
}

/** A growable list of `type`; `make` takes any iterable of values. */
export function vec<const T extends FieldType>(
  type: T,
): Kind<Vec<ValueOf<T>, InitOf<T>>, Iterable<InitOf<T>>> {
  const kind = kindOf(type)
  const vecsOf = perMemory((memory) => vecs(memory, kind))
  return {
    size: 12,
    align: 4,
    signature: `vec(${kind.signature})`,
    assignable: false,
    read: (memory) => {
      const Growable = vecsOf(memory)
      return (at) => new Growable(at)
    },
    write: (memory) => {
      const Growable = vecsOf(memory)
      return (at, values) => {
        const list = new Growable(at)
        list.clear()
        for (const value of values) list.push(value)
      }
    },
    release: (memory) => {
      const Growable = vecsOf(memory)
      return (at) => new Growable(at).release()
    },
  }
}

/** Elements of the first block. */
const FIRST = 4

function vecs<V, I>(memory: Memory, kind: Kind<V, I>) {
  const { U8, U32 } = memory
  const read = kind.read(memory)
  const write = kind.write(memory)
  const free = kind.release?.(memory)
  const stride = strideOf(kind)

  return class Growable implements Vec<V, I> {
    private readonly word: number

    constructor(at: number) {
      this.word = at >>> 2
    }

    get length(): number {
      return U32[this.word + 1]
    }

    get capacity(): number {
      return U32[this.word + 2]
    }

    get(index: number): V {
      return read(this.addressOf(index))
    }

    set(index: number, value: I): void {
      write(this.addressOf(index), value)
    }

    push(value?: I): number {
      const { word, length } = this
      if (length === U32[word + 2]) this.reserve(Math.max(FIRST, 2 * length))
      const at = (U32[word] + length * stride) | 0
      zero(memory, at, stride)
      // Counted before it is filled: what it owns by then is freed with the rest if filling throws.
      U32[word + 1] = length + 1
      try {
        if (value !== undefined) write(at, value)
      } catch (error) {
        this.pop()
        throw error
      }
      return length + 1
    }

    pop(): boolean {
      const { word, length } = this
      if (length === 0) return false
      free?.((U32[word] + (length - 1) * stride) | 0)
      U32[word + 1] = length - 1
      return true
    }

    clear(): void {
      while (this.pop());
    }

    reserve(capacity: number): void {
      const { word, length } = this
      if (!(capacity > U32[word + 2])) return
      const p = allocate(memory, kind.type, capacity * stride, capacity)
      const old = U32[word]
      U8.copyWithin(p, old, old + length * stride)
      U32[word] = p
      U32[word + 2] = capacity
      if (old !== 0) {
        retire(memory, old)
        memory.free(old)
      }
    }

    /** Frees all of it. */
    release(): void {
      this.clear()
      const old = U32[this.word]
      U32[this.word] = 0
      U32[this.word + 2] = 0
      if (old !== 0) {
        retire(memory, old)
        memory.free(old)
      }
    }

    *[Symbol.iterator](): Iterator<V> {
      for (let k = 0; k < this.length; k++) yield this.get(k)
    }

    private addressOf(index: number): number {
      const { word, length } = this
      if (index >>> 0 !== index || index >= length) throw outOfRange(index, length)
      return (U32[word] + index * stride) | 0
    }
  }
}
