/** A value that may be absent: the value's bytes, and one that says whether it is there. */

import { type Assignable, alignTo } from './kind.ts'

/** `undefined` or what `kind` takes. For kinds that may be assigned to; what is a view has `ptr` or `union` for that. */
export function optional<V>(kind: Assignable<V>): Assignable<V | undefined> {
  const { size: there, align, release } = kind
  const common = {
    size: alignTo(there + 1, align),
    align,
    signature: `optional(${kind.signature})`,
    assignable: true,
  } as const
  const read: Assignable<V | undefined>['read'] = (memory) => {
    const { U8 } = memory
    const value = kind.read(memory)
    return (at) => (U8[(at + there) >>> 0] === 0 ? undefined : value(at))
  }
  const write: Assignable<V | undefined>['write'] = (memory) => {
    const { U8 } = memory
    const set = kind.write(memory)
    const free = release?.(memory)
    return (at, value) => {
      if (value === undefined) free?.(at)
      else set(at, value)
      U8[(at + there) >>> 0] = value === undefined ? 0 : 1
    }
  }
  return release === undefined ? { ...common, read, write } : { ...common, read, write, release }
}
