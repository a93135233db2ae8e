/**
 * A struct of arrays: for each field a typed array of its own, all in one block. For loops that go over few fields of
 * many structs, and for all that takes typed arrays.
 */

import type { Ptr } from '@hakmem/core'
import type { ArrayKind } from './array.ts'
import { LayoutError } from './errors.ts'
import type { FieldType, Memory } from './kind.ts'
import type { Fields } from './layout.ts'
import type { Scalar } from './scalars.ts'

type ColumnOf<T> =
  T extends Scalar<infer _V, infer C> ? C : T extends ArrayKind<infer E> ? ColumnOf<E> : never

/** A typed array by field: of a fixed array, all its elements, one struct after the other. */
export type Columns<F> = ColumnBlock & {
  readonly [K in keyof F as [ColumnOf<F[K]>] extends [never] ? never : K]: ColumnOf<F[K]>
}

export interface ColumnBlock extends Disposable {
  /** Where they are, and how many structs: what another thread needs for `columnsAt`. */
  readonly ptr: Ptr
  readonly length: number
  /** Frees them all. Throws as `heap.free`. */
  free(): void
}

interface Column {
  readonly name: string
  readonly offset: number
  readonly scalar: Scalar<unknown, unknown>
  /** Values for each struct. */
  readonly count: number
}

/** Columns start at multiples of this. */
const ALIGN = 16

function columnsOf(fields: Fields, length: number): { columns: Column[]; size: number } {
  let end = 0
  const columns = Object.entries(fields).map(([name, type]) => {
    const { element, count } = isArray(type) ? type : { element: type, count: 1 }
    if (!('column' in element)) {
      throw new LayoutError(`columns: the field ${name} is neither a scalar nor an array of scalars.`)
    }
    const scalar = element as Scalar<unknown, unknown>
    const offset = end
    end = Math.ceil((offset + scalar.size * count * length) / ALIGN) * ALIGN
    return { name, offset, scalar, count }
  })
  return { columns, size: end }
}

function isArray(type: FieldType): type is ArrayKind<FieldType> {
  return 'element' in type
}

/** New columns, all zero. Throws LayoutError, OutOfMemoryError. */
export function makeColumns<F extends Fields>(fields: F, memory: Memory, length: number): Columns<F> {
  const { size } = columnsOf(fields, length)
  const ptr = memory.malloc(size)
  memory.arena.bulk.zero(ptr, ptr + size)
  return columnsAt(fields, memory, ptr, length)
}

/** Columns that exist. */
export function columnsAt<F extends Fields>(
  fields: F,
  memory: Memory,
  ptr: number,
  length: number,
): Columns<F> {
  const free = () => memory.free(ptr)
  const block = { ptr, length, free, [Symbol.dispose]: free }
  const { columns } = columnsOf(fields, length)
  const arrays = columns.map(({ name, offset, scalar, count }) => [
    name,
    scalar.column(memory, ptr + offset, length * count),
  ])
  return Object.assign(block, Object.fromEntries(arrays)) as unknown as Columns<F>
}
