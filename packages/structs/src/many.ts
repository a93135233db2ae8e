/** Structs in a row, in one block: an array of structs. Any attached thread may use it, given its pointer and length. */

import type { Ptr } from '@hakmem/core'
import { outOfRange } from './array.ts'
import { type Binding, freeAt } from './binding.ts'
import type { View } from './view.ts'

export class Many<V extends View> implements Iterable<V>, Disposable {
  /** The first struct, and how many there are: what another thread needs for `manyAt`. */
  readonly ptr: Ptr<V>
  readonly length: number
  /** Bytes from one to the next. */
  readonly stride: number
  private readonly binding: Binding

  /** @internal Use `makeMany` or `manyAt` of the struct class. */
  constructor(binding: Binding, ptr: number, length: number) {
    this.binding = binding
    this.ptr = ptr as Ptr<V>
    this.length = length
    this.stride = binding.size
  }

  /** The pointer to struct `index`; it ends with the block. Throws FieldError. */
  ptrAt(index: number): Ptr<V> {
    if (index >>> 0 !== index || index >= this.length) throw outOfRange(index, this.length)
    return (this.ptr + index * this.stride) as Ptr<V>
  }

  /** A new view of struct `index`; `moveTo(many.ptrAt(k))` goes on with it. Throws FieldError. */
  at(index: number): V {
    return this.binding.open(this.ptrAt(index)) as V
  }

  /** A view of each struct in turn, which V8 leaves out where the loop does not keep it. */
  [Symbol.iterator](): Iterator<V> {
    return this.binding.turns(this.ptr, this.length) as Iterator<V>
  }

  /** Frees all of them, with what they own. Throws as `heap.free`. */
  free(): void {
    freeAt(this.binding, this.ptr, this.length)
  }

  [Symbol.dispose](): void {
    this.free()
  }
}
