/**
 * A struct class on one memory: its subclass with accessors, and what makes, fills and frees.
 */

import { LayoutError } from './errors.ts'
import { filler } from './fill.ts'
import type { Memory } from './kind.ts'
import type { Layout } from './layout.ts'
import { check, retire } from './tags.ts'
import { turnsOf } from './turns.ts'
import { View } from './view.ts'

/** A class of views, as far as `struct` and its user made it. */
export type ViewClass<V = View> = (abstract new (
  at: number,
) => V) & {
  readonly name: string
  readonly layout: Layout
}

export interface Binding {
  readonly memory: Memory
  readonly Class: ViewClass
  /** Bytes of a struct. */
  readonly size: number
  readonly View: new (at: number) => View
  /** A view, without a look at what is there. */
  readonly open: (at: number) => View
  /** An iterator over so many structs from an address on. */
  readonly turns: (first: number, count: number) => Iterator<View>
  /** Sets the fields that `init` names. */
  readonly fill: (at: number, init: object) => void
  /** Frees what the fields own and leaves them empty. */
  readonly release: (at: number) => void
}

/** Throws LayoutError if the class has members where fields are, or its instances have properties of their own. */
export function bind(Class: ViewClass, layout: Layout, memory: Memory): Binding {
  const { size, slots } = layout
  const own = Object.keys(Reflect.construct(Class, [0])).filter((key) => key !== '$at')
  if (own.length > 0) {
    throw new LayoutError(
      `${Class.name}: views can have no properties of their own, such as ${own.join(', ')}.`,
    )
  }
  const Bound = viewsOf(Class)
  if (memory.types) {
    const { moveTo } = View.prototype
    Bound.prototype.moveTo = function (this: View, ptr: View['ptr']) {
      check(memory, ptr, Class)
      return moveTo.call(this, ptr)
    }
  }
  for (const { name, kind, offset } of slots) {
    if (name in Class.prototype) throw new LayoutError(`${Class.name}: ${name} is both a field and a member.`)
    Object.defineProperty(Bound.prototype, name, View.accessors(memory, kind, offset))
  }
  const open = (at: number) => new Bound(at)
  const fill = filler(Class.name, layout, memory)
  const turns = turnsOf(Bound, size)
  return { memory, Class, size, View: Bound, open, turns, fill, release: releaser(layout, memory) }
}

/**
 * What makes instances of `Class` without running its constructors, each of which would pass its arguments on to the next
 * (100 ns where V8 does not inline them). The class keeps its own name: V8 never optimises what makes instances of one
 * that was renamed (500 ns).
 */
function viewsOf(Class: ViewClass): new (at: number) => View {
  function Bound(this: { $at: number }, at: number) {
    this.$at = at | 0
  }
  Bound.prototype = Object.create(Class.prototype)
  return Bound as unknown as new (
    at: number,
  ) => View
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
    freeAt(binding, p)
    throw error
  }
  return p
}

/** Frees `count` structs in the block at `p`, with what they own; `count` 0: a single one, not of a row. */
export function freeAt(binding: Binding, p: number, count = 0): void {
  const { memory, Class, size } = binding
  if (p === 0) return
  check(memory, p, Class, count === 0)
  // What is no live block must not lead to others: `free` says what it is.
  if (memory.owns(p)) {
    const releases = Class.layout.owns ? Math.max(1, count) : 0
    for (let k = 0; k < releases; k++) binding.release((p + k * size) | 0)
    retire(memory, p)
  }
  memory.free(p)
}

/** A view of the struct at `p` that frees what it stands at. */
export function scopedAt(binding: Binding, p: number): View {
  const view = binding.open(p)
  Object.defineProperty(view, Symbol.dispose, { value: () => freeAt(binding, view.ptr) })
  return view
}
