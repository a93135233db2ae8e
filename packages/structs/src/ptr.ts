/** Pointers to structs: 32-bit byte offsets, 0 for null. */

import type { Ptr } from '@hakmem/core'
import type { Scalar } from './scalars.ts'
import { u32 } from './scalars.ts'

/** A pointer to a `T`, or null, which is 0: `if (p !== 0)` tells. */
export type MaybePtr<T> = Ptr<T> | 0

/**
 * A pointer to a `T`, or null; owns nothing. The type is named, not passed, so that types may refer to each other and to
 * themselves: `next: ptr<Node>()`.
 */
export function ptr<T>(): Scalar<MaybePtr<T>, Uint32Array> {
  return POINTER as unknown as Scalar<MaybePtr<T>, Uint32Array>
}

const POINTER: Scalar<number, Uint32Array> = { ...u32, signature: 'ptr' }
