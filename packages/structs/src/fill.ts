/**
 * Sets the fields of a new struct that an object names.
 *
 * The names come from `for..in`, the cheapest way that V8 has into an object of unknown shape, and each is compared with
 * that of the field where it led last time: who makes structs mostly names the same fields in the same order. Numbers are
 * stored here, because a call of each kind's `write`, which V8 cannot inline in code that all types share, takes 5 ns a
 * field. Making and freeing a struct of which three fields are given went from 80 to 35 ns (pnpm bench:structs, "handy"); the
 * object and the `for..in` alone are 10 of them, and code for each type would have to be made from strings.
 */

import { FieldError } from './errors.ts'
import type { Memory } from './kind.ts'
import type { Layout } from './layout.ts'

/** The number kinds, by their signatures; `fill` has a case for each, by its place here. */
const NUMBERS = ['f64', 'u32', 'i32', 'f32', 'u16', 'i16', 'u8', 'i8', 'ptr'] as const

type Write = (at: number, value: unknown) => void

/** For structs of `layout`, which are called `type`. What it gives throws FieldError. */
export function filler(type: string, { slots }: Layout, memory: Memory): (at: number, init: object) => void {
  const { U8, I8, U16, I16, U32, I32, F32, F64 } = memory
  const names = slots.map(({ name }) => name)
  const offsets = slots.map(({ offset }) => offset)
  const numbers = slots.map(({ kind }) => (NUMBERS as readonly string[]).indexOf(kind.signature))
  const writers = slots.map(({ kind }) => kind.write(memory) as Write)
  /** The field that the k-th name led to last time. */
  const guesses = slots.map((_, k) => k)

  const find = (name: string): number => {
    const found = names.indexOf(name)
    if (found < 0) throw new FieldError(type, name, `a field (${names.join(', ')})`)
    return found
  }

  return (at, init) => {
    let k = 0
    for (const name in init) {
      let field = guesses[k]
      if (names[field] !== name) {
        field = find(name)
        guesses[k] = field
      }
      k++
      const value = (init as Record<string, number | undefined>)[name]
      if (value === undefined) continue
      const to = (at + offsets[field]) | 0
      switch (numbers[field]) {
        case 0:
          F64[to >>> 3] = value
          break
        case 1:
        case 8:
          U32[to >>> 2] = value
          break
        case 2:
          I32[to >>> 2] = value
          break
        case 3:
          F32[to >>> 2] = value
          break
        case 4:
          U16[to >>> 1] = value
          break
        case 5:
          I16[to >>> 1] = value
          break
        case 6:
          U8[to >>> 0] = value
          break
        case 7:
          I8[to >>> 0] = value
          break
        default:
          writers[field](to, value)
      }
    }
  }
}
