/**
 * A struct class on one memory: its subclass with accessors, and what makes, fills and frees.
 */

import { FieldError, LayoutError } from './errors.ts'
import type { Memory } from './kind.ts'
import type { Layout } from './layout.ts'
import { View } from './view.ts'

/** A class of views, as far as `struct` and its user made it. */
export type ViewClass<V = View> = (abstract new (at: number) => V) & { readonly name: string }

export interface Binding {
  readonly memory: Memory
  readonly Class: ViewClass
  /** Bytes of a struct. */
  readonly size: number
  readonly View: new (at: number) => View
  /** A view, without a look at what is there. */
  readonly open: (at: number) => View
  /** Sets the fields that `init` names. */
  readonly fill: (at: number, init: object) => void
  /** Frees what the fields own and leaves them empty. */
  readonly release: (at: number) => void
}

/** Throws LayoutError if the class has a member of its own where a field is. */
export function bind(Class: ViewClass, layout: Layout, memory: Memory): Binding {
  class Bound extends (Class as new (at: number) => View) {}
  Object.defineProperty(Bound, 'name', { value: Class.name })
  for (const { name, kind, offset } of layout.slots) {
    if (name in Class.prototype) throw new LayoutError(`${Class.name}: ${name} is both a field and a member.`)
    Object.defineProperty(Bound.prototype, name, View.accessors(memory, kind, offset))
  }
  const open = (at: number) => new Bound(at)
  return {
    memory,
    Class,
    size: layout.size,
    View: Bound,
    open,
    fill: filler(Class.name, layout, memory),
    release: releaser(layout, memory),
  }
}

function filler(type: string, layout: Layout, memory: Memory): Binding['fill'] {
  const writers = new Map(
    layout.slots.map(({ name, kind, offset }) => {
      const write = kind.write(memory) as (at: number, value: unknown) => void
      return [name, { write, offset }]
    }),
  )
  return (at, init) => {
    for (const name in init) {
      const writer = writers.get(name)
      if (writer === undefined)
        throw new FieldError(type, name, `a field (${[...writers.keys()].join(', ')})`)
      const value = (init as Record<string, unknown>)[name]
      if (value !== undefined) writer.write((at + writer.offset) | 0, value)
    }
  }
}

function releaser(layout: Layout, memory: Memory): Binding['release'] {
  const owners = layout.slots.flatMap(({ kind, offset }) =>
    kind.release === undefined ? [] : [{ release: kind.release(memory), offset }],
  )
  return (at) => {
    for (const { release, offset } of owners) release((at + offset) | 0)
  }
}

/** Fills the new struct at `p`, or frees it with whatever it owns by then. */
export function makeAt(binding: Binding, p: number, init: object): number {
  try {
    binding.fill(p, init)
  } catch (error) {
    binding.release(p)
    binding.memory.free(p)
    throw error
  }
  return p
}

/** Frees the struct at `p`, which owns blocks. What is no live block must not lead to others: `free` says what it is. */
export function freeAt(binding: Binding, p: number): void {
  const { memory } = binding
  if (memory.owns(p)) binding.release(p)
  memory.free(p)
}

/** A view of the struct at `p` that frees it. */
export function scopedAt(binding: Binding, p: number): View {
  class Scoped extends binding.View {
    [Symbol.dispose](): void {
      freeAt(binding, this.ptr)
    }
  }
  return new Scoped(p)
}
