/**
 * Interned strings: each text lies in the heap once, and every thread gets the same pointer for it. Two are equal if their
 * pointers are. They stay until the table is destroyed. What a death costs: see `node-table.ts`.
 */

import type { Heap, Ptr } from '@hakmem/core'
import { InvalidValueError } from '@hakmem/sync'
import { readKey } from './keys.ts'
import { NodeTable } from './node-table.ts'
import { OnTable } from './on-table.ts'

const MAGIC = 0x53484b48 // "HKHS" in memory

export class StringTable extends OnTable {
  private constructor(heap: Heap, ptr: number) {
    super(heap, new NodeTable(heap, ptr, 'string table', MAGIC))
  }

  /** Makes an empty table on the heap: `table.ptr` is what other threads need. Throws OutOfMemoryError. */
  static create(heap: Heap): StringTable {
    return new StringTable(heap, NodeTable.create(heap, MAGIC))
  }

  /** The table at `ptr`, for the calling thread. Throws NoCollectionError. */
  static at(heap: Heap, ptr: number): StringTable {
    return new StringTable(heap, ptr)
  }

  /** The pointer of `text`, which is added if it is new. Throws InvalidValueError, OutOfMemoryError. */
  intern(text: string): Ptr {
    return this.known(text) || this.add(text)
  }

  /** The pointer of `text`, or 0 if it is not in. Throws InvalidValueError. */
  known(text: string): Ptr {
    if (typeof text !== 'string') throw new InvalidValueError('intern', 'the text', text, 'a string')
    const { table } = this
    table.enterRead()
    try {
      return table.find(text) as Ptr
    } finally {
      table.leaveRead()
    }
  }

  private add(text: string): Ptr {
    const { table } = this
    table.enterWrite()
    try {
      return (table.find(text) || table.insert(text, 0)) as Ptr
    } finally {
      table.leaveWrite()
    }
  }

  /** The text at a pointer that `intern` gave, in any thread. Throws InvalidValueError for what is no live block. */
  text(ptr: Ptr): string {
    if (!this.heap.owns(ptr))
      throw new InvalidValueError('text', 'the pointer', ptr, 'one that `intern` gave')
    return String(readKey(this.heap, ptr))
  }
}
