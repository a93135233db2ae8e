/** Tagged unions: a byte that says which of several kinds lies there, and room for the largest. */

import { FieldError, LayoutError } from './errors.ts'
import {
  alignTo,
  type FieldType,
  type InitOf,
  type Kind,
  kindOf,
  type Memory,
  perMemory,
  type ValueOf,
} from './kind.ts'
import { zero } from './zero.ts'

type Variants = Readonly<Record<string, FieldType>>

/** A view of a union. */
export interface Union<M> {
  /** Which variant is there. */
  readonly tag: keyof M & string
  /** The variant `tag`, or undefined if another is there. */
  get<K extends keyof M & string>(tag: K): ValueOf<M[K]> | undefined
  /** Makes it the variant `tag`, all zero or as `init` says, and returns it. What the last one owned is freed. */
  set<K extends keyof M & string>(tag: K, init?: InitOf<M[K]>): ValueOf<M[K]>
}

/** What `make` takes: the variant's name, and what that takes. */
export type UnionInit<M> = { [K in keyof M]: { readonly [P in K]: InitOf<M[K]> } }[keyof M]

/** One of `variants`; a new struct has the first. Throws LayoutError. */
export function union<const M extends Variants>(variants: M): Kind<Union<M>, UnionInit<M>> {
  const names = Object.keys(variants)
  if (names.length === 0 || names.length > 256) {
    throw new LayoutError(`union: takes 1 to 256 variants, got ${names.length}.`)
  }
  const kinds = names.map((name) => kindOf(variants[name]) as Kind<unknown, unknown>)
  const align = Math.max(...kinds.map((kind) => kind.align))
  const largest = Math.max(...kinds.map((kind) => kind.size))
  const list = kinds.map((kind, k) => `${names[k]}: ${kind.signature}`)
  const common = {
    size: alignTo(align + largest, align),
    align,
    signature: `union({ ${list.join(', ')} })`,
    assignable: false,
  }
  // The tag is a byte; what follows lies at the next multiple of the alignment.
  const unionsOf = perMemory((memory) => unions(memory, names, kinds, align, largest))
  const read = (memory: Memory) => {
    const Tagged = unionsOf(memory)
    return (at: number) => new Tagged(at) as unknown as Union<M>
  }
  const write = (memory: Memory) => {
    const Tagged = unionsOf(memory)
    return (at: number, init: UnionInit<M>) => {
      const given = Object.entries(init)
      if (given.length !== 1) throw new FieldError('union', given.map(([name]) => name).join(), 'one variant')
      for (const [name, value] of given) new Tagged(at).set(name, value)
    }
  }
  if (kinds.every((kind) => kind.release === undefined)) return { ...common, read, write }
  return {
    ...common,
    read,
    write,
    release: (memory) => {
      const Tagged = unionsOf(memory)
      return (at) => new Tagged(at).release()
    },
  }
}

function unions(
  memory: Memory,
  names: readonly string[],
  kinds: readonly Kind<unknown, unknown>[],
  offset: number,
  largest: number,
) {
  const { U8 } = memory
  const variants = kinds.map((kind) => ({
    read: kind.read(memory),
    write: kind.write(memory),
    release: kind.release?.(memory),
  }))

  return class Tagged {
    private readonly at: number

    constructor(at: number) {
      this.at = at
    }

    get tag(): string {
      return names[U8[this.at >>> 0]]
    }

    get(tag: string): unknown {
      return this.tag === tag ? variants[U8[this.at >>> 0]].read((this.at + offset) | 0) : undefined
    }

    set(tag: string, init?: unknown): unknown {
      const index = names.indexOf(tag)
      if (index < 0) throw new FieldError('union', tag, `one of ${names.join(', ')}`)
      this.release()
      const at = (this.at + offset) | 0
      zero(memory, at, largest)
      U8[this.at >>> 0] = index
      if (init !== undefined) variants[index].write(at, init)
      return variants[index].read(at)
    }

    release(): void {
      variants[U8[this.at >>> 0]]?.release?.((this.at + offset) | 0)
    }
  }
}
