/**
 * What must come of a call: that it succeeds (`undefined`), or the codes of which its error carries one. What the model says
 * of arguments, and the comparison with what the heap does.
 */

import { isHeapError } from '@hakmem/arena'
import { isOwn } from './hostile.ts'
import { Finding, insist, type Player, type World } from './world.ts'

export type Codes = string[] | undefined

export const INVALID = 'ERR_HAKMEM_INVALID_POINTER'
export const DOUBLE = 'ERR_HAKMEM_DOUBLE_FREE'
export const SIZE = 'ERR_HAKMEM_INVALID_SIZE'
export const ARGUMENT = 'ERR_HAKMEM_INVALID_ARGUMENT'
export const THREAD = 'ERR_HAKMEM_INVALID_THREAD'
export const DETACHED = 'ERR_HAKMEM_DETACHED'
export const FORMAT = 'ERR_HAKMEM_FORMAT'
export const THREADS = 'ERR_HAKMEM_TOO_MANY_THREADS'
const FULL = 'ERR_HAKMEM_OUT_OF_MEMORY'
/** An argument's own trap went off. */
export const OWN = 'its own'

/** Record words hold a thread's id plus one as a positive Int32. */
const MAX_THREAD = 2 ** 31 - 2

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

export const isThread = (value: unknown): value is number => isSize(value) && value <= MAX_THREAD

export const sizeCodes = (...sizes: unknown[]): Codes => (sizes.every(isSize) ? undefined : [SIZE])

/** For an alignment that is a size. */
export const alignmentCodes = (value: number): Codes =>
  value >= 1 && BigInt(value).toString(2).lastIndexOf('1') === 0 ? undefined : [SIZE]

/** The codes that a value refused as a pointer may get; undefined if a live block starts there. */
export function pointerCodes(world: World, p: unknown): Codes {
  if (typeof p !== 'number' || !Number.isInteger(p) || p < 0 || p >= 2 ** 32 || p % 16 !== 0) return [INVALID]
  if (world.live.has(p)) return undefined
  // Inside a live block there is one answer; where no live block is, it depends on what became of the run.
  return world.around(p) !== undefined ? [INVALID] : [INVALID, DOUBLE]
}

/** What a detached heap says, before it looks at arguments; else `codes`. */
export function detachedOr({ isDetached }: Player, codes?: () => Codes): Codes {
  return isDetached ? [DETACHED] : codes?.()
}

/** What a call threw, as a code; or its value. */
type Outcome<T> = { readonly code: string } | { readonly value: T }

/** Throws Finding for an error that is neither the heap's nor an argument's own. */
export function outcomeOf<T>(body: () => T): Outcome<T> {
  try {
    return { value: body() }
  } catch (error) {
    if (error instanceof Finding) throw error
    if (isHeapError(error)) return { code: error.code }
    if (isOwn(error)) return { code: OWN }
    throw new Finding(`an error of no type: ${error instanceof Error ? error.stack : String(error)}`)
  }
}

/** The value if the call succeeded as it must, undefined if it was refused as it must. */
export function settle<T>(codes: Codes, outcome: Outcome<T>): T | undefined {
  if (codes === undefined) {
    insist('value' in outcome, () => `succeeds in the model, got ${'code' in outcome && outcome.code}`)
    return outcome.value
  }
  const got = 'code' in outcome ? outcome.code : 'no error'
  insist(codes.includes(got), () => `${codes.join(' or ')} in the model, got ${got}`)
  return undefined
}

export function expect<T>(codes: Codes, body: () => T): T | undefined {
  return settle(codes, outcomeOf(body))
}

/** The pointer that an allocation gave, 0 if memory ran out or it was refused as the model says. */
export function allocated(codes: Codes, throws: boolean, body: () => unknown): number {
  const outcome = outcomeOf(body)
  if (codes !== undefined) {
    settle(codes, outcome)
    return 0
  }
  if ('code' in outcome) {
    insist(
      throws && outcome.code === FULL,
      () => `${throws ? 'succeeds' : 'never throws'}, got ${outcome.code}`,
    )
    return 0
  }
  insist(typeof outcome.value === 'number', () => `gave ${typeof outcome.value} for a pointer`)
  insist(!throws || outcome.value !== 0, () => 'gave 0 where it should throw')
  return outcome.value
}
