/**
 * A map from strings or integers to 32-bit numbers (pointers), shared by all threads of a heap. Readers do not wait for
 * each other. What a death costs: see `node-table.ts`; an operation has happened or has not.
 */

import type { Heap } from '@hakmem/core'
import { InvalidValueError } from '@hakmem/sync'
import { type Key, N_VALUE, readKey } from './keys.ts'
import { NodeTable } from './node-table.ts'
import { OnTable } from './on-table.ts'

const MAGIC = 0x4d484b48 // "HKHM" in memory

export class SharedMap extends OnTable {
  private constructor(heap: Heap, ptr: number) {
    super(heap, new NodeTable(heap, ptr, 'map', MAGIC))
  }

  /** Makes an empty map on the heap: `map.ptr` is what other threads need. Throws OutOfMemoryError. */
  static create(heap: Heap): SharedMap {
    return new SharedMap(heap, NodeTable.create(heap, MAGIC))
  }

  /** The map at `ptr`, for the calling thread. Throws NoCollectionError. */
  static at(heap: Heap, ptr: number): SharedMap {
    return new SharedMap(heap, ptr)
  }

  /**
   * The value of `key`, or undefined. Keys are strings and whole numbers from -2^31 to 2^32 - 1. Throws InvalidValueError.
   */
  get(key: Key): number | undefined {
    const { heap, table } = this
    table.enterRead()
    try {
      const node = table.find(key)
      return node === 0 ? undefined : heap.U32[(node >>> 2) + N_VALUE]
    } finally {
      table.leaveRead()
    }
  }

  has(key: Key): boolean {
    return this.get(key) !== undefined
  }

  /**
   * Gives `key` the value `value`, a whole number from 0 to 2^32 - 1; the value before, or undefined. Throws
   * InvalidValueError and OutOfMemoryError, nothing changed.
   */
  set(key: Key, value: number): number | undefined {
    requireValue('set', value)
    const { heap, table } = this
    table.enterWrite()
    try {
      const node = table.find(key)
      if (node === 0) {
        table.insert(key, value)
        return undefined
      }
      const before = heap.U32[(node >>> 2) + N_VALUE]
      heap.U32[(node >>> 2) + N_VALUE] = value
      return before
    } finally {
      table.leaveWrite()
    }
  }

  /** Gives `key` the value `value` if it has none; the value that it then has. Throws as `set` does. */
  getOrSet(key: Key, value: number): number {
    requireValue('getOrSet', value)
    const known = this.get(key)
    if (known !== undefined) return known
    const { heap, table } = this
    table.enterWrite()
    try {
      const node = table.find(key) || table.insert(key, value)
      return heap.U32[(node >>> 2) + N_VALUE]
    } finally {
      table.leaveWrite()
    }
  }

  /** Removes `key`; the value that it had, or undefined. Throws InvalidValueError. */
  delete(key: Key): number | undefined {
    const { heap, table } = this
    table.enterWrite()
    try {
      const node = table.find(key)
      if (node === 0) return undefined
      const before = heap.U32[(node >>> 2) + N_VALUE]
      table.remove(key)
      return before
    } finally {
      table.leaveWrite()
    }
  }

  /** All entries at one moment, in no order. */
  entries(): [Key, number][] {
    const { heap, table } = this
    table.enterRead()
    try {
      return table.nodes().map((node) => [readKey(heap, node), heap.U32[(node >>> 2) + N_VALUE]])
    } finally {
      table.leaveRead()
    }
  }
}

function requireValue(operation: string, value: number): void {
  if (typeof value !== 'number' || value !== value >>> 0) {
    throw new InvalidValueError(operation, 'the value', value, 'a whole number from 0 to 2^32 - 1')
  }
}
