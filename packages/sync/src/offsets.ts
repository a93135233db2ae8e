/** Checks of what callers give: offsets, timeouts, counts. */

import { InvalidValueError } from './errors.ts'

/** The word offset of a primitive of `size` bytes at byte offset `offset`. Throws InvalidValueError. */
export function wordAt(words: Int32Array, name: string, offset: number, size: number): number {
  const last = words.byteLength - size
  if (!(Number.isInteger(offset) && offset >= 0 && offset <= last && offset % 4 === 0)) {
    throw new InvalidValueError(name, 'the offset', offset, `a multiple of 4 from 0 to ${last}`)
  }
  return offset >>> 2
}

/** Throws InvalidValueError unless `timeout` is a number of milliseconds from 0, Infinity included. */
export function requireTimeout(operation: string, timeout: number): void {
  if (!(typeof timeout === 'number' && timeout >= 0)) {
    throw new InvalidValueError(operation, 'the timeout', timeout, 'a number of milliseconds, 0 or more')
  }
}

export function requireWhole(
  operation: string,
  what: string,
  value: number,
  low: number,
  high: number,
): void {
  if (!(Number.isInteger(value) && value >= low && value <= high)) {
    throw new InvalidValueError(operation, what, value, `a whole number from ${low} to ${high}`)
  }
}
