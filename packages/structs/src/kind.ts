/**
 * A kind of field: its size, and how to read and write it, given the memory and where it lies.
 *
 * `read` and `write` are asked once per memory for a function of an address. The accessors of a struct are closures over
 * those functions (of numbers: see `accessors.ts`), and those over the views of the memory, so V8 folds all of it into
 * the caller's loop as constants; it finds the hidden class of the view from the accessor itself, so the same accessor
 * serves any number of struct types without becoming megamorphic (README.md, "How fast", has the figures).
 *
 * An address is a byte offset as a signed 32-bit integer, as `| 0` gives it: V8 computes with those without a check, and
 * `at >>> 2` makes the index of it again.
 */

import type { Heap, Ptr } from '@hakmem/core'
import type { SyncThread } from '@hakmem/sync'
import type { Layout } from './layout.ts'

/** What fields are made of: the views of a heap, and where owned blocks come from. A `Heap` is one, a `Region` too. */
export interface Memory {
  readonly buffer: SharedArrayBuffer
  readonly U8: Uint8Array
  readonly I8: Int8Array
  readonly U16: Uint16Array
  readonly I16: Int16Array
  readonly U32: Uint32Array
  readonly I32: Int32Array
  readonly F32: Float32Array
  readonly F64: Float64Array
  readonly I64: BigInt64Array
  readonly U64: BigUint64Array
  readonly sync: SyncThread
  readonly arena: Heap['arena']
  /** Whether blocks of structs carry their type, see `tags.ts`. */
  readonly types: boolean
  /** For memory that is part of a heap: the heap. */
  readonly heap?: Heap
  malloc(size: number): Ptr
  free(p: number): void
  owns(p: number): boolean
}

/** `Value` is what reading the field gives, `Init` what `make` takes for it. */
export interface Kind<out Value, in Init = Value> {
  /** In bytes. */
  readonly size: number
  /** 1, 2, 4 or 8. */
  readonly align: number
  /** What the layout's hash is made of, and `layoutOf` prints. */
  readonly signature: string
  /** Whether the field may be assigned to; those that may not are views of what lies there. */
  readonly assignable: boolean
  readonly read: (memory: Memory) => (at: number) => Value
  readonly write: (memory: Memory) => (at: number, value: Init) => void
  /** Where `read` and `write` are not fast enough for a field: its accessors, `offset` bytes into what a view shows. */
  readonly accessors?: (memory: Memory, offset: number) => Accessors<Value>
  /** For kinds that own blocks: frees them and leaves the field empty. */
  readonly release?: (memory: Memory) => (at: number) => void
  /** For a struct class: the class. */
  readonly type?: { readonly name: string; readonly layout: Layout }
  /** For an array: the kind of its elements. */
  readonly parts?: AnyKind
}

/** What accessors know of a view: the address that it stands at. */
export interface Standing {
  readonly $at: number
}

export interface Accessors<Value> {
  get(this: Standing): Value
  set(this: Standing, value: Value): void
}

/** A kind whose fields may be assigned to. */
export interface Assignable<Value> extends Kind<Value, Value> {
  readonly assignable: true
}

/** Any kind. */
export type AnyKind = Kind<unknown, never>

/** What may stand for a kind in a declaration: a kind, or a struct class (which has one). */
export type FieldType = AnyKind | { readonly kind: AnyKind }

/** The kind that `T` stands for. */
export type KindOf<T> = T extends { readonly kind: infer K } ? K : T

/** What reading a field of type `T` gives. A struct class gives its instances, methods and all. */
export type ValueOf<T> = T extends abstract new (
  at: number,
) => infer V
  ? V
  : T extends Kind<infer V, infer _I>
    ? V
    : never

/** What `make` takes for a field of type `T`. */
export type InitOf<T> = KindOf<T> extends Kind<infer _V, infer I> ? I : never

/** The kind that a field's declaration stands for. */
export function kindOf<T extends FieldType>(type: T): Kind<ValueOf<T>, InitOf<T>> {
  return ('kind' in type ? type.kind : type) as Kind<ValueOf<T>, InitOf<T>>
}

/** `make`, with what it gave for a memory kept for as long as the memory is there. */
export function perMemory<R>(make: (memory: Memory) => R): (memory: Memory) => R {
  const made = new WeakMap<Memory, { readonly value: R }>()
  return (memory) => {
    let known = made.get(memory)
    if (known === undefined) {
      known = { value: make(memory) }
      made.set(memory, known)
    }
    return known.value
  }
}

/** Rounds up to a multiple of a power of two. */
export const alignTo = (value: number, align: number): number => (value + align - 1) & -align
