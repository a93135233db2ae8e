/**
 * Numbers, booleans and names of one of several. The values wrap and round as those of typed arrays do.
 *
 * Each has its own functions, written out, because a shared one would see typed arrays of many types and V8 would have to
 * look at the array's type at every access.
 */

import {
  f32Accessors,
  f64Accessors,
  i8Accessors,
  i16Accessors,
  i32Accessors,
  u8Accessors,
  u16Accessors,
  u32Accessors,
} from './accessors.ts'
import { FieldError, LayoutError } from './errors.ts'
import type { Assignable, Memory } from './kind.ts'

/** A kind that a typed array can hold: it may be the element of `columns`. */
export interface Scalar<Value, Column> extends Assignable<Value> {
  /** `length` values that lie from `at` on. */
  readonly column: (memory: Memory, at: number, length: number) => Column
}

const common = (signature: string, size: number) =>
  ({ signature, size, align: size, assignable: true }) as const

/** An unsigned integer of 8 bits. */
export const u8: Scalar<number, Uint8Array> = {
  ...common('u8', 1),
  read:
    ({ U8 }) =>
    (at) =>
      U8[at >>> 0],
  write:
    ({ U8 }) =>
    (at, value) => {
      U8[at >>> 0] = value
    },
  accessors: ({ U8 }, offset) => u8Accessors(U8, offset),
  column: ({ buffer }, at, length) => new Uint8Array(buffer, at, length),
}

/** A signed integer of 8 bits. */
export const i8: Scalar<number, Int8Array> = {
  ...common('i8', 1),
  read:
    ({ I8 }) =>
    (at) =>
      I8[at >>> 0],
  write:
    ({ I8 }) =>
    (at, value) => {
      I8[at >>> 0] = value
    },
  accessors: ({ I8 }, offset) => i8Accessors(I8, offset),
  column: ({ buffer }, at, length) => new Int8Array(buffer, at, length),
}

/** An unsigned integer of 16 bits. */
export const u16: Scalar<number, Uint16Array> = {
  ...common('u16', 2),
  read:
    ({ U16 }) =>
    (at) =>
      U16[at >>> 1],
  write:
    ({ U16 }) =>
    (at, value) => {
      U16[at >>> 1] = value
    },
  accessors: ({ U16 }, offset) => u16Accessors(U16, offset),
  column: ({ buffer }, at, length) => new Uint16Array(buffer, at, length),
}

/** A signed integer of 16 bits. */
export const i16: Scalar<number, Int16Array> = {
  ...common('i16', 2),
  read:
    ({ I16 }) =>
    (at) =>
      I16[at >>> 1],
  write:
    ({ I16 }) =>
    (at, value) => {
      I16[at >>> 1] = value
    },
  accessors: ({ I16 }, offset) => i16Accessors(I16, offset),
  column: ({ buffer }, at, length) => new Int16Array(buffer, at, length),
}

/** An unsigned integer of 32 bits. */
export const u32: Scalar<number, Uint32Array> = {
  ...common('u32', 4),
  read:
    ({ U32 }) =>
    (at) =>
      U32[at >>> 2],
  write:
    ({ U32 }) =>
    (at, value) => {
      U32[at >>> 2] = value
    },
  accessors: ({ U32 }, offset) => u32Accessors(U32, offset),
  column: ({ buffer }, at, length) => new Uint32Array(buffer, at, length),
}

/** A signed integer of 32 bits. */
export const i32: Scalar<number, Int32Array> = {
  ...common('i32', 4),
  read:
    ({ I32 }) =>
    (at) =>
      I32[at >>> 2],
  write:
    ({ I32 }) =>
    (at, value) => {
      I32[at >>> 2] = value
    },
  accessors: ({ I32 }, offset) => i32Accessors(I32, offset),
  column: ({ buffer }, at, length) => new Int32Array(buffer, at, length),
}

/** An unsigned integer of 64 bits, as a bigint. */
export const u64: Scalar<bigint, BigUint64Array> = {
  ...common('u64', 8),
  read:
    ({ U64 }) =>
    (at) =>
      U64[at >>> 3],
  write:
    ({ U64 }) =>
    (at, value) => {
      U64[at >>> 3] = value
    },
  column: ({ buffer }, at, length) => new BigUint64Array(buffer, at, length),
}

/** A signed integer of 64 bits, as a bigint. */
export const i64: Scalar<bigint, BigInt64Array> = {
  ...common('i64', 8),
  read:
    ({ I64 }) =>
    (at) =>
      I64[at >>> 3],
  write:
    ({ I64 }) =>
    (at, value) => {
      I64[at >>> 3] = value
    },
  column: ({ buffer }, at, length) => new BigInt64Array(buffer, at, length),
}

/** A floating-point number of 32 bits. */
export const f32: Scalar<number, Float32Array> = {
  ...common('f32', 4),
  read:
    ({ F32 }) =>
    (at) =>
      F32[at >>> 2],
  write:
    ({ F32 }) =>
    (at, value) => {
      F32[at >>> 2] = value
    },
  accessors: ({ F32 }, offset) => f32Accessors(F32, offset),
  column: ({ buffer }, at, length) => new Float32Array(buffer, at, length),
}

/** A floating-point number of 64 bits: JavaScript's own. */
export const f64: Scalar<number, Float64Array> = {
  ...common('f64', 8),
  read:
    ({ F64 }) =>
    (at) =>
      F64[at >>> 3],
  write:
    ({ F64 }) =>
    (at, value) => {
      F64[at >>> 3] = value
    },
  accessors: ({ F64 }, offset) => f64Accessors(F64, offset),
  column: ({ buffer }, at, length) => new Float64Array(buffer, at, length),
}

/** A boolean, in a byte. */
export const bool: Scalar<boolean, Uint8Array> = {
  ...common('bool', 1),
  read:
    ({ U8 }) =>
    (at) =>
      U8[at >>> 0] !== 0,
  write:
    ({ U8 }) =>
    (at, value) => {
      U8[at >>> 0] = value ? 1 : 0
    },
  column: u8.column,
}

/**
 * One of up to 256 names, in a byte: its index. A new struct has the first. Throws LayoutError for none, too many or the
 * same twice; writing another name throws FieldError.
 */
export function oneOf<const Names extends readonly string[]>(
  ...names: Names
): Scalar<Names[number], Uint8Array> {
  if (names.length === 0 || names.length > 256 || new Set(names).size !== names.length) {
    throw new LayoutError(`oneOf: takes 1 to 256 different names, got ${names.length || 'none'}.`)
  }
  return {
    ...common(`oneOf(${names.map((name) => JSON.stringify(name)).join(', ')})`, 1),
    read:
      ({ U8 }) =>
      (at) =>
        names[U8[at >>> 0]],
    write:
      ({ U8 }) =>
      (at, value) => {
        const index = names.indexOf(value)
        if (index < 0) throw new FieldError('oneOf', value, `one of ${names.join(', ')}`)
        U8[at >>> 0] = index
      },
    column: u8.column,
  }
}
