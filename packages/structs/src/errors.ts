/** The errors of the package: one class per cause, each with a stable `code` of the project's `ERR_HAKMEM_` family. */

import { CodedError, shown } from '@hakmem/sync'

/** The codes that the errors carry; stable across versions. */
export type StructErrorCode =
  | 'ERR_HAKMEM_LAYOUT'
  | 'ERR_HAKMEM_LAYOUT_MISMATCH'
  | 'ERR_HAKMEM_FIELD'
  | 'ERR_HAKMEM_NULL_POINTER'
  | 'ERR_HAKMEM_WRONG_TYPE'
  | 'ERR_HAKMEM_USE_AFTER_FREE'
  | 'ERR_HAKMEM_REGION'

/** Base of every error about structs. */
export class StructError extends CodedError<StructErrorCode> {}

/** A declaration that makes no struct. */
export class LayoutError extends StructError {
  constructor(message: string) {
    super('ERR_HAKMEM_LAYOUT', message)
  }
}

/** A pointer came from a thread that declares the type otherwise. */
export class LayoutMismatchError extends StructError {
  /** Layout hashes, here and there. */
  readonly expected: number
  readonly got: number
  constructor(name: string, expected: number, sender: string, got: number) {
    super(
      'ERR_HAKMEM_LAYOUT_MISMATCH',
      `receive: the pointer is to ${sender} of layout ${hex(got)}, and ${name} has layout ${hex(expected)} here. ` +
        'Both threads must load the same declaration.',
    )
    this.expected = expected
    this.got = got
  }
}

/** What was given for a field, an index or a length does not fit there. */
export class FieldError extends StructError {
  readonly value: unknown
  constructor(what: string, value: unknown, rule: string) {
    super('ERR_HAKMEM_FIELD', `${what}: ${shown(value)} is not ${rule}.`)
    this.value = value
  }
}

/** A null pointer, or what is no pointer at all, where a struct was expected. */
export class NullPointerError extends StructError {
  readonly pointer: unknown
  constructor(name: string, pointer: unknown) {
    super('ERR_HAKMEM_NULL_POINTER', `${name}: there is no struct at ${shown(pointer)}.`)
    this.pointer = pointer
  }
}

/** Debugging: what lies at the pointer is another type. */
export class WrongTypeError extends StructError {
  readonly pointer: number
  /** Names of the types. */
  readonly expected: string
  readonly found: string
  constructor(pointer: number, expected: string, found: string) {
    super('ERR_HAKMEM_WRONG_TYPE', `There is no ${expected} at ${pointer}: it is ${found}.`)
    this.pointer = pointer
    this.expected = expected
    this.found = found
  }
}

/** Debugging: what lay at the pointer was freed. */
export class UseAfterFreeError extends StructError {
  readonly pointer: number
  /** Names of the types. */
  readonly expected: string
  readonly found: string
  constructor(pointer: number, expected: string, found: string) {
    super(
      'ERR_HAKMEM_USE_AFTER_FREE',
      `There is no ${expected} at ${pointer}: ${found} was there and was freed.`,
    )
    this.pointer = pointer
    this.expected = expected
    this.found = found
  }
}

/** What is at the pointer is no region, or the region was freed. */
export class RegionError extends StructError {
  constructor(message: string) {
    super('ERR_HAKMEM_REGION', message)
  }
}

/** A layout hash as it is shown. */
export const hex = (hash: number): string => (hash >>> 0).toString(16).padStart(8, '0')
