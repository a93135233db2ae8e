/**
 * Call sites: a name for the place that allocates, given to the policy of large blocks with every request.
 *
 * The id is a hash of the name, so that a site is the same one in every thread and nothing needs to be shared.
 */

import type { Ptr } from '@hakmem/arena'
import type { Heap } from './heap.ts'

export class Site {
  readonly name: string
  /** 1 to 2^31 - 1; the same for the same name, in every thread. */
  readonly id: number
  private readonly heap: Heap

  constructor(heap: Heap, name: string) {
    this.heap = heap
    this.name = name
    let hash = 0x811c9dc5
    for (let k = 0; k < name.length; k++) hash = Math.imul(hash ^ name.charCodeAt(k), 0x01000193)
    this.id = (hash >>> 1) | 1
  }

  /** As `heap.malloc`. Only blocks of 64 KiB and more carry the site to their policy. */
  malloc(size: number): Ptr {
    return this.heap.mallocAt(this.id, size)
  }

  /** As `heap.tryMalloc`. */
  tryMalloc(size: number): Ptr {
    return this.heap.tryMallocAt(this.id, size)
  }
}
