/** What collections on a node table have in common: where they lie, how many entries they have, and their end. */

import type { Heap, Ptr } from '@hakmem/core'
import type { NodeTable } from './node-table.ts'

export abstract class OnTable {
  protected readonly heap: Heap
  protected readonly table: NodeTable

  protected constructor(heap: Heap, table: NodeTable) {
    this.heap = heap
    this.table = table
  }

  /** Frees it with its keys, not what values point to; nobody may use it any more, nor a pointer to a string of its own. */
  destroy(): void {
    this.table.destroy()
  }

  /** Where it lies, in bytes: send this number to other threads. */
  get ptr(): Ptr {
    return this.table.ptr
  }

  /** Entries; out of date when others change it, and after a death until the next change. */
  get size(): number {
    return this.table.size
  }
}
