/** @hakmem/structs: typed structs in shared memory, declared once and used from every thread. */

export { type ArrayKind, array, type List } from './array.ts'
export { type Atomic, atomic, type WaitableAtomic } from './atomic.ts'
export type { ColumnBlock, Columns } from './columns.ts'
export {
  FieldError,
  LayoutError,
  LayoutMismatchError,
  NullPointerError,
  RegionError,
  StructError,
  type StructErrorCode,
  UseAfterFreeError,
  WrongTypeError,
} from './errors.ts'
export type { Assignable, FieldType, InitOf, Kind, Memory, ValueOf } from './kind.ts'
export { type FieldLayout, type Layout, layoutOf, type StructLayout } from './layout.ts'
export { condition, mutex, rwlock } from './locks.ts'
export { Many } from './many.ts'
export { optional } from './optional.ts'
export { type MaybePtr, ptr } from './ptr.ts'
export { Region } from './region.ts'
export { bool, f32, f64, i8, i16, i32, i64, oneOf, type Scalar, u8, u16, u32, u64 } from './scalars.ts'
export { blob, str, text } from './strings.ts'
export { type FieldsOf, type Published, type StructClass, type StructInit, struct } from './struct.ts'
export { type Leak, leaksOf } from './tags.ts'
export { type Union, type UnionInit, union } from './union.ts'
export { type Vec, vec } from './vec.ts'
