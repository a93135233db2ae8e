/**
 * `struct(fields)`: a class to extend, whose instances are views of structs of those fields.
 *
 * A class is bound to a memory when it first meets it: a subclass of the user's, with the accessors for that memory on its
 * prototype. So instances are the user's, methods and all, and one view per thread is all that a loop needs.
 *
 *     class Particle extends struct({ mass: f64, next: ptr<Particle>() }) {
 *       get weight() { return this.mass * 9.81 }
 *     }
 *     const p = Particle.make(heap, { mass: 2 })
 *     Particle.at(heap, p).weight
 *     Particle.free(heap, p)
 *
 * The memory that a class meets first is the one that it is fastest on, and is kept for as long as the class.
 */

import type { Ptr } from '@hakmem/core'
import { type Binding, bind, freeAt, makeAt, scopedAt, type ViewClass } from './binding.ts'
import { type Columns, columnsAt, makeColumns } from './columns.ts'
import { FieldError, LayoutMismatchError, NullPointerError } from './errors.ts'
import type { AnyKind, InitOf, Kind, Memory, ValueOf } from './kind.ts'
import { type Fields, type Layout, layOut } from './layout.ts'
import { Many } from './many.ts'
import type { Region } from './region.ts'
import { allocate, check } from './tags.ts'
import { View } from './view.ts'
import { zeroBlock } from './zero.ts'

type KeysWhere<F, Wanted> = { [K in keyof F]: F[K] extends Wanted ? K : never }[keyof F]

/** The fields of a view. */
export type FieldsOf<F> = { [K in KeysWhere<F, { readonly assignable: true }>]: ValueOf<F[K]> } & {
  readonly [K in Exclude<keyof F, KeysWhere<F, { readonly assignable: true }>>]: ValueOf<F[K]>
}

/** What `make` takes: fields that are not named are zero. */
export type StructInit<F> = { readonly [K in keyof F]?: InitOf<F[K]> }

/** A pointer on its way to another thread, with the layout of what it points to: an object that structured cloning takes. */
export interface Published<_T = unknown> {
  readonly type: string
  readonly layout: number
  readonly ptr: number
}

/** What `struct` gives. Every pointer to a struct may go to, and be used and freed by, any attached thread. */
export interface StructClass<F> {
  new (at: number): View & FieldsOf<F>
  readonly name: string
  readonly fields: F
  readonly layout: Layout
  /** The kind that stands for it as a field of another struct. */
  readonly kind: Kind<unknown, StructInit<F>>

  /**
   * A new struct, all zero but for `init`. Throws OutOfMemoryError, FieldError for what does not fit a field or is no heap;
   * then nothing is allocated.
   */
  make<C extends ViewClass>(this: C, memory: Memory | Region, init?: StructInit<F>): Ptr<InstanceType<C>>

  /**
   * A new view of the struct at `ptr`. Throws NullPointerError for what is no pointer; debugging, also for what is
   * freed or of another type.
   */
  at<C extends ViewClass>(this: C, memory: Memory, ptr: Ptr<InstanceType<C>>): InstanceType<C>

  /** Frees the struct and what its fields own. Throws as `heap.free`. 0 is fine. */
  free<C extends ViewClass>(this: C, memory: Memory, ptr: Ptr<InstanceType<C>> | 0): void

  /** A new struct, shown by a view that frees it: `using p = Particle.scoped(heap)`. */
  scoped<C extends ViewClass>(this: C, memory: Memory, init?: StructInit<F>): InstanceType<C> & Disposable

  /** `length` structs in a row, all zero, in one block. */
  makeMany<C extends ViewClass>(this: C, memory: Memory, length: number): Many<InstanceType<C>>

  /** Structs that `makeMany` made, in this thread or another. */
  manyAt<C extends ViewClass>(
    this: C,
    memory: Memory,
    ptr: Ptr<InstanceType<C>>,
    length: number,
  ): Many<InstanceType<C>>

  /**
   * `length` values of each field, a typed array for each, all zero, in one block. For fields that are scalars or
   * arrays of those.
   */
  columns(memory: Memory, length: number): Columns<F>

  /** Columns that `columns` made, in this thread or another. */
  columnsAt(memory: Memory, ptr: number, length: number): Columns<F>

  /** To post to another thread, which takes it with `receive`. */
  publish<C extends ViewClass>(this: C, ptr: Ptr<InstanceType<C>>): Published<InstanceType<C>>

  /**
   * The pointer that another thread published. Throws LayoutMismatchError if it declares the type otherwise, FieldError
   * for what nobody published.
   */
  receive<C extends ViewClass>(this: C, published: Published<InstanceType<C>>): Ptr<InstanceType<C>>
}

/** A class to extend, for structs of these fields in this order. Throws LayoutError. */
export function struct<const F extends Fields>(fields: F): StructClass<F> {
  const layout = layOut(fields)
  const { size } = layout
  const words = Math.ceil(size / 8)
  const bindings = new WeakMap<Memory, Map<ViewClass, Binding>>()
  let first: Binding | undefined

  const bindingOf = (Class: ViewClass, memory: Memory): Binding => {
    if (first !== undefined && first.memory === memory && first.Class === Class) return first
    const known = bindings.get(memory) ?? new Map<ViewClass, Binding>()
    const binding = known.get(Class) ?? bind(Class, layout, memory)
    bindings.set(memory, known.set(Class, binding))
    if (first === undefined && !memory.types && memory.heap === undefined) {
      first = binding
      Object.defineProperty(Class, 'at', { value: specialised(binding, at) })
    }
    return binding
  }

  const zeroed = (Class: ViewClass, memory: Memory): number => {
    const p: number = memory.types ? allocate(memory, Class, size, 0) : memory.malloc(size)
    zeroBlock(memory.F64, p >>> 3, words)
    return p
  }

  function make(this: ViewClass, where: Memory | Region, init?: object): number {
    // `instanceof` walks up the prototypes of a heap each time: 10 ns.
    const memory = 'types' in where ? where : memoryOf(this, where)
    return init === undefined
      ? zeroed(this, memory)
      : makeAt(bindingOf(this, memory), zeroed(this, memory), init)
  }

  function at(this: ViewClass, memory: Memory, ptr: number): View {
    if (ptr >>> 0 !== ptr || ptr === 0) throw new NullPointerError(this.name, ptr)
    check(memory, ptr, this)
    return bindingOf(this, memory).open(ptr)
  }

  function free(this: ViewClass, memory: Memory, ptr: number): void {
    if (layout.owns || memory.types) freeAt(bindingOf(this, memory), ptr)
    else memory.free(ptr)
  }

  function scoped(this: ViewClass, memory: Memory, init?: object): View {
    return scopedAt(bindingOf(this, memory), make.call(this, memory, init))
  }

  function makeMany(this: ViewClass, memory: Memory, length: number): Many<View> {
    requireLength(this.name, length)
    const p = allocate(memory, this, size * length, length)
    // Blocks end at multiples of 16 bytes.
    memory.arena.bulk.zero(p, p + Math.ceil((size * length) / 16) * 16)
    return new Many(bindingOf(this, memory), p, length)
  }

  function manyAt(this: ViewClass, memory: Memory, ptr: number, length: number): Many<View> {
    requireLength(this.name, length)
    if (ptr >>> 0 !== ptr || ptr === 0) throw new NullPointerError(this.name, ptr)
    return new Many(bindingOf(this, memory), ptr, length)
  }

  function newColumns(this: ViewClass, memory: Memory, length: number): Columns<F> {
    requireLength(this.name, length)
    return makeColumns(fields, memory, length)
  }

  function columnsThere(this: ViewClass, memory: Memory, ptr: number, length: number): Columns<F> {
    requireLength(this.name, length)
    if (ptr >>> 0 !== ptr || ptr === 0) throw new NullPointerError(this.name, ptr)
    return columnsAt(fields, memory, ptr, length)
  }

  function publish(this: ViewClass, ptr: number): Published {
    if (ptr >>> 0 !== ptr) throw new NullPointerError(this.name, ptr)
    return { type: this.name, layout: layout.hash, ptr }
  }

  function receive(this: ViewClass, published: Published): number {
    if (typeof published !== 'object' || published === null || !('layout' in published)) {
      throw new FieldError(`${this.name}: receive`, published, 'what publish gave')
    }
    const { type, layout: hash, ptr } = published
    if (hash !== layout.hash) throw new LayoutMismatchError(this.name, layout.hash, String(type), hash)
    if (ptr >>> 0 !== ptr) throw new NullPointerError(this.name, ptr)
    return ptr
  }

  class Base extends View {
    static readonly fields = fields
    static readonly layout = layout
    static readonly make = make
    static readonly at = at
    static readonly free = free
    static readonly scoped = scoped
    static readonly makeMany = makeMany
    static readonly manyAt = manyAt
    static readonly columns = newColumns
    static readonly columnsAt = columnsThere
    static readonly publish = publish
    static readonly receive = receive
  }
  Object.defineProperty(Base, 'kind', {
    get(this: ViewClass): AnyKind {
      const { size, align, signature, owns } = layout
      const common = { size, align, signature, assignable: false, type: this }
      const read = (memory: Memory) => bindingOf(this, memory).open
      const write = (memory: Memory) => bindingOf(this, memory).fill
      const release = (memory: Memory) => bindingOf(this, memory).release
      return owns ? { ...common, read, write, release } : { ...common, read, write }
    },
  })
  return Base as unknown as StructClass<F>
}

/**
 * `at` for one class on one memory, both constants to V8, which then makes the view without a call (2 ns); where it has
 * to look at what class it makes, a view costs 100 ns.
 */
function specialised(binding: Binding, otherwise: (this: ViewClass, memory: Memory, ptr: number) => View) {
  const { Class, memory, View: Bound } = binding
  return function at(this: ViewClass, where: Memory, ptr: number): View {
    return where === memory && this === Class && ptr > 0 && ptr >>> 0 === ptr
      ? new Bound(ptr)
      : otherwise.call(this, where, ptr)
  }
}

/** Of a region; throws FieldError for what is neither that nor a heap. */
function memoryOf(Class: ViewClass, where: Region): Memory {
  if (where.memory !== undefined) return where.memory
  throw new FieldError(`${Class.name}.make`, where, 'a heap or a region, which come first')
}

function requireLength(type: string, length: number): void {
  if (!Number.isInteger(length) || length < 1 || length > 2 ** 32) {
    throw new FieldError(`${type}: the length`, length, 'a whole number from 1')
  }
}
