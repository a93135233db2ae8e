/** The errors of the collections, with codes of the project's `ERR_HAKMEM_` family. */

import type { Heap } from '@hakmem/core'
import { CodedError, InvalidValueError, shown } from '@hakmem/sync'

/** The codes that the errors carry; stable across versions. */
export type CollectionErrorCode = 'ERR_HAKMEM_QUEUE_CLOSED' | 'ERR_HAKMEM_NO_COLLECTION'

/** Base of every error about the state of a collection. */
export class CollectionError extends CodedError<CollectionErrorCode> {}

/** The queue was closed: nothing goes in any more. */
export class QueueClosedError extends CollectionError {
  constructor(offset: number) {
    super('ERR_HAKMEM_QUEUE_CLOSED', `The queue at ${offset} is closed: nothing goes in any more.`)
  }
}

/** What lies at an offset is no collection of the kind. */
export class NoCollectionError extends CollectionError {
  constructor(kind: string, offset: unknown) {
    super('ERR_HAKMEM_NO_COLLECTION', `There is no ${kind} at ${shown(offset)}, or it was destroyed.`)
  }
}

/** Throws InvalidValueError for what is no heap. */
export function requireHeap(operation: string, heap: Heap): void {
  if (typeof heap?.memalign === 'function') return
  throw new InvalidValueError(operation, 'the heap', heap, 'what Heap.create or Heap.attach returned')
}
