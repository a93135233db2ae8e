/** @hakmem/collections: a queue, a map and a string table that threads share, on a hakmem heap. */

export { CollectionError, type CollectionErrorCode, NoCollectionError, QueueClosedError } from './errors.ts'
export type { Key } from './keys.ts'
export { Queue } from './queue.ts'
export { SharedMap } from './shared-map.ts'
export { StringTable } from './string-table.ts'
