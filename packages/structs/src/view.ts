/**
 * A view: an object that stands at an address and has the accessors of what lies there. It owns nothing; moving it is one
 * store. What is read from it that is no plain value (a nested struct, an array, a lock) is a view of its own, of where
 * the first one stood then; V8 removes most of those that do not outlive the expression.
 */

import type { Ptr } from '@hakmem/core'
import { LayoutError, NullPointerError } from './errors.ts'
import type { AnyKind, Memory } from './kind.ts'

export class View {
  /** Where it stands, as a signed 32-bit integer. */
  protected $at: number

  /** @internal Views are made without it (`viewsOf` of `binding.ts`), which calls it once with 0, to look at the class. */
  constructor(at: number) {
    if (at !== 0) {
      const { name } = new.target
      throw new LayoutError(
        `${name}: not by \`new\`: ${name}.make(heap) makes one, ${name}.at(heap, ptr) shows it.`,
      )
    }
    this.$at = at
  }

  /** The pointer to what it shows. */
  get ptr(): Ptr<this> {
    return (this.$at >>> 0) as Ptr<this>
  }

  /** Makes it show another struct of its type; no garbage. Throws NullPointerError for 0 and for what is no number. */
  moveTo(ptr: Ptr<this>): this {
    if (!(ptr > 0)) throw new NullPointerError(this.constructor.name, ptr)
    this.$at = ptr | 0
    return this
  }

  /** @internal The accessors of a field of `kind`, `offset` bytes into what a view shows. */
  static accessors(memory: Memory, kind: AnyKind, offset: number): PropertyDescriptor & ThisType<View> {
    if (kind.accessors !== undefined) return { ...kind.accessors(memory, offset), enumerable: true }
    const read = kind.read(memory)
    const write = kind.write(memory) as (at: number, value: unknown) => void
    const get = function (this: View): unknown {
      return read((this.$at + offset) | 0)
    }
    const set = function (this: View, value: unknown): void {
      write((this.$at + offset) | 0, value)
    }
    return kind.assignable ? { get, set, enumerable: true } : { get, enumerable: true }
  }
}
