/**
 * Where the fields of a struct lie: in the order of their declaration, each at the next multiple of its alignment, the
 * size rounded up to the largest alignment. That is what C does with the same fields, so native code and WebAssembly
 * modules can read them.
 */

import { hex, LayoutError } from './errors.ts'
import { type AnyKind, alignTo, type FieldType, kindOf } from './kind.ts'

/** What a declaration gives: fields by name. */
export type Fields = Readonly<Record<string, FieldType>>

export interface Slot {
  readonly name: string
  /** Bytes from the struct's start. */
  readonly offset: number
  readonly kind: AnyKind
}

export interface Layout {
  readonly size: number
  readonly align: number
  /** The whole layout, written out. */
  readonly signature: string
  /** 32 bits of it: equal in all threads that load the same declaration. */
  readonly hash: number
  readonly slots: readonly Slot[]
  /** Whether a field owns blocks. */
  readonly owns: boolean
}

/** The largest struct: offsets are far from where address arithmetic would wrap. */
const MAX_SIZE = 2 ** 28

/** Names that views have themselves. */
const RESERVED = new Set(['constructor', 'ptr', 'moveTo', '$at', 'length', 'free', '__proto__'])

/** Lays out `fields`. Throws LayoutError. */
export function layOut(fields: Fields): Layout {
  if (typeof fields !== 'object' || fields === null) {
    throw new LayoutError('struct: takes an object of fields, such as { mass: f64 }.')
  }
  const slots: Slot[] = []
  let end = 0
  let align = 1
  for (const [name, type] of Object.entries(fields)) {
    if (RESERVED.has(name)) throw new LayoutError(`struct: a field cannot be called ${name}.`)
    const isType = (typeof type === 'object' && type !== null) || typeof type === 'function'
    const kind: AnyKind | undefined = isType ? kindOf(type) : undefined
    if (kind === undefined || typeof kind.read !== 'function' || typeof kind.size !== 'number') {
      throw new LayoutError(`struct: the field ${name} has no kind (such as f64, or a struct class).`)
    }
    const offset = alignTo(end, kind.align)
    slots.push({ name, offset, kind })
    end = offset + kind.size
    align = Math.max(align, kind.align)
  }
  if (slots.length === 0) throw new LayoutError('struct: a struct has at least one field.')
  if (end > MAX_SIZE) throw new LayoutError(`struct: ${end} bytes are more than the ${MAX_SIZE} of a struct.`)
  const size = alignTo(end, align)
  const list = slots.map(({ name, offset, kind }) => `${name}: ${kind.signature} @${offset}`)
  const signature = `{ ${list.join(', ')} } ${size}`
  const owns = slots.some(({ kind }) => kind.release !== undefined)
  return { size, align, signature, hash: hashOf(signature), slots, owns }
}

/** FNV-1a, 32 bits. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let k = 0; k < text.length; k++) hash = Math.imul(hash ^ text.charCodeAt(k), 0x01000193)
  return hash >>> 0
}

/** Where a field lies, in bytes from the struct's start, for native readers. */
export interface FieldLayout {
  readonly offset: number
  readonly size: number
  readonly align: number
  /** Its kind, as it was declared. */
  readonly kind: string
}

/** A struct's layout, for native readers; as a string, a table of it. */
export interface StructLayout<Name extends string = string> {
  readonly name: string
  readonly size: number
  readonly align: number
  readonly hash: number
  readonly fields: Readonly<Record<Name, FieldLayout>>
  toString(): string
}

interface HasLayout<Name extends string> {
  readonly name: string
  readonly layout: Layout
  readonly fields: Readonly<Record<Name, FieldType>>
}

/**
 * Where the fields of a struct class lie: `layoutOf(Particle).fields.mass.offset`. `String(layoutOf(Particle))` is a
 * table of it.
 */
export function layoutOf<Name extends string>(type: HasLayout<Name>): StructLayout<Name> {
  const { size, align, hash, slots } = type.layout
  const fields = Object.fromEntries(
    slots.map(({ name, offset, kind }) => [
      name,
      { offset, size: kind.size, align: kind.align, kind: kind.signature },
    ]),
  ) as Record<Name, FieldLayout>
  const rows = slots.map(
    ({ name, offset, kind }) =>
      `${String(offset).padStart(8)}${String(kind.size).padStart(6)}  ${name}: ${kind.signature}`,
  )
  const head = `${type.name}: ${size} bytes, aligned to ${align}, layout ${hex(hash)}\n  offset  size  field`
  return { name: type.name, size, align, hash, fields, toString: () => [head, ...rows].join('\n') }
}
