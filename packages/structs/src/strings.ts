/** Strings and bytes: fixed ones inside the struct, and owned ones in blocks of their own. */

import { FieldError, LayoutError } from './errors.ts'
import type { Assignable, Memory } from './kind.ts'
import { decode, encode, put } from './utf8.ts'

/**
 * A string of at most `bytes` bytes of UTF-8, inside the struct, filled up with zeros: C's `char[bytes]`. Writing one that
 * is longer, or has a zero character, throws FieldError. Throws LayoutError.
 */
export function str(bytes: number): Assignable<string> {
  if (!Number.isInteger(bytes) || bytes < 1 || bytes > 65_536) {
    throw new LayoutError(`str: the bytes must be a whole number from 1 to 65536, got ${bytes}.`)
  }
  const signature = `str(${bytes})`
  return {
    size: bytes,
    align: 1,
    signature,
    assignable: true,
    read:
      ({ U8 }) =>
      (at) => {
        const start = at >>> 0
        let length = 0
        while (length < bytes && U8[start + length] !== 0) length++
        return decode(U8, start, length)
      },
    write:
      ({ U8 }) =>
      (at, value) => {
        const length = encode(requireString(signature, value))
        if (length > bytes) throw new FieldError(signature, value, `at most ${bytes} bytes of UTF-8`)
        if (value.includes('\0')) throw new FieldError(signature, value, 'without a zero character')
        const start = at >>> 0
        put(U8, start, value, length)
        for (let k = length; k < bytes; k++) U8[start + k] = 0
      },
  }
}

function requireString(what: string, value: unknown): string {
  if (typeof value !== 'string') throw new FieldError(what, value, 'a string')
  return value
}

/** Address and length in bytes: two words. 0 and 0 are the empty one. */
const OWNED = { size: 8, align: 4, assignable: true } as const

/**
 * A string of any length, in a block of its own that is freed with the struct. Writing it allocates the new one, then
 * frees the old one: other threads must not read it meanwhile.
 */
export const text: Assignable<string> = {
  ...OWNED,
  signature: 'text',
  read:
    ({ U8, U32 }) =>
    (at) =>
      decode(U8, U32[at >>> 2], U32[(at >>> 2) + 1]),
  write: (memory) => (at, value) => {
    const length = encode(requireString('text', value))
    const p = length === 0 ? 0 : memory.malloc(length)
    put(memory.U8, p, value, length)
    replace(memory, at, p, length)
  },
  release: (memory) => (at) => replace(memory, at, 0, 0),
}

/**
 * Bytes in a block of their own that is freed with the struct. Reading gives a view of them, good until the next write;
 * writing copies. As with `text`, other threads must not read it meanwhile.
 */
export const blob: Assignable<Uint8Array> = {
  ...OWNED,
  signature: 'blob',
  read:
    ({ buffer, U32 }) =>
    (at) =>
      new Uint8Array(buffer, U32[at >>> 2], U32[(at >>> 2) + 1]),
  write: (memory) => (at, value) => {
    if (!(value instanceof Uint8Array)) throw new FieldError('blob', value, 'a Uint8Array')
    const { length } = value
    const p = length === 0 ? 0 : memory.malloc(length)
    memory.U8.set(value, p)
    replace(memory, at, p, length)
  },
  release: (memory) => (at) => replace(memory, at, 0, 0),
}

function replace(memory: Memory, at: number, p: number, length: number): void {
  const { U32 } = memory
  const word = at >>> 2
  const old = U32[word]
  U32[word] = p
  U32[word + 1] = length
  if (old !== 0) memory.free(old)
}
