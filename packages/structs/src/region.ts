/**
 * Regions: structs that are freed all at once. A region takes chunks from its heap and hands out pieces of them, one after
 * the other; nothing in it is freed alone.
 *
 *     using region = Region.create(heap)
 *     const p = Particle.make(region, { name: 'a' })      // what it owns is in the region too
 *
 * A region is a block that leads to its chunks, so any thread can free it, given its pointer: make it, send `region.ptr` to
 * a worker that opens and fills it, and when the worker has died, free it. A chunk is linked in by one store; a death
 * before that loses it, and `heap.watch` names it as a suspect. One thread at a time may make structs in a region.
 *
 * What a struct in a region owns is set by `make`. Changing it later throws InvalidPointerError, because it is no block.
 */

import type { Heap, Ptr } from '@hakmem/core'
import type { SyncThread } from '@hakmem/sync'
import { FieldError, RegionError } from './errors.ts'
import { alignTo, type Memory, perMemory } from './kind.ts'
import { allocate, REGION, retire } from './tags.ts'

/** Words of a region's block: a magic number with its address, and the newest chunk. A chunk's first word: the next one. */
const MAGIC = 0
const FIRST = 1
const BYTES = 16

const REGION_MAGIC = 0x52_45_47_4e

/** Bytes of a chunk, unless told: of a size class, and many structs. */
const CHUNK = 32 * 1024

/** Pieces start at multiples of this, as blocks do. */
const GRAIN = 16

type Views = Pick<
  Memory,
  'buffer' | 'U8' | 'I8' | 'U16' | 'I16' | 'U32' | 'I32' | 'F32' | 'F64' | 'I64' | 'U64'
>

/** A heap's views, with blocks from the region that was used last: so all regions of a heap share their bindings. */
class RegionMemory implements Memory {
  declare readonly buffer: Memory['buffer']
  declare readonly U8: Memory['U8']
  declare readonly I8: Memory['I8']
  declare readonly U16: Memory['U16']
  declare readonly I16: Memory['I16']
  declare readonly U32: Memory['U32']
  declare readonly I32: Memory['I32']
  declare readonly F32: Memory['F32']
  declare readonly F64: Memory['F64']
  declare readonly I64: Memory['I64']
  declare readonly U64: Memory['U64']
  readonly heap: Heap
  readonly types: boolean
  current: Region | undefined

  constructor(heap: Heap) {
    const { buffer, U8, I8, U16, I16, U32, I32, F32, F64, I64, U64, types } = heap
    const views: Views = { buffer, U8, I8, U16, I16, U32, I32, F32, F64, I64, U64 }
    Object.assign(this, views)
    this.heap = heap
    this.types = types
  }

  get sync(): SyncThread {
    return this.heap.sync
  }

  get arena(): Heap['arena'] {
    return this.heap.arena
  }

  malloc(size: number): Ptr {
    if (this.current === undefined) throw new RegionError('make: no region is in use.')
    return this.current.take(size)
  }

  /** Pieces go with their region. */
  free(): void {}

  owns(): boolean {
    return false
  }
}

const memoryOf = perMemory((heap) => new RegionMemory(heap as Heap))

export class Region implements Disposable {
  /** Where it is: what another thread needs for `Region.open`. 0 once it was freed here. */
  ptr: number
  readonly heap: Heap
  private readonly chunkBytes: number
  private next = 0
  private end = 0

  private constructor(heap: Heap, ptr: number, chunkBytes: number) {
    this.heap = heap
    this.ptr = ptr
    this.chunkBytes = chunkBytes
  }

  /** A new region, which takes `chunkBytes` from the heap at a time. Throws OutOfMemoryError, FieldError. */
  static create(heap: Heap, chunkBytes: number = CHUNK): Region {
    if (!Number.isInteger(chunkBytes) || chunkBytes < 64 || chunkBytes > 2 ** 30) {
      throw new FieldError(
        'Region.create: the bytes of a chunk',
        chunkBytes,
        'a whole number from 64 to 2^30',
      )
    }
    const p = heap.calloc(1, BYTES)
    heap.U32[(p >>> 2) + MAGIC] = REGION_MAGIC ^ p
    return new Region(heap, p, chunkBytes)
  }

  /** A region that another thread made, to fill or to free. Throws RegionError. */
  static open(heap: Heap, ptr: number, chunkBytes: number = CHUNK): Region {
    if (!heap.owns(ptr) || heap.U32[(ptr >>> 2) + MAGIC] !== (REGION_MAGIC ^ ptr) >>> 0) {
      throw new RegionError(`Region.open: there is no region at ${String(ptr)}, or it was freed.`)
    }
    return new Region(heap, ptr, chunkBytes)
  }

  /** @internal What bindings are for, with this region in use. */
  get memory(): Memory {
    const memory = memoryOf(this.heap) as RegionMemory
    memory.current = this
    return memory
  }

  /** A piece of at least `size` bytes, with any contents. Throws OutOfMemoryError, RegionError. */
  take(size: number): Ptr {
    const bytes = alignTo(size, GRAIN)
    if (this.next + bytes > this.end) this.grow(bytes)
    const p = this.next
    this.next += bytes
    return p as Ptr
  }

  private grow(bytes: number): void {
    const { heap, ptr } = this
    if (ptr === 0) throw new RegionError('make: the region was freed.')
    const size = Math.max(this.chunkBytes, bytes + GRAIN)
    const p = allocate(heap, REGION, size, 0)
    // Linked in by the second store: then whoever frees the region finds it.
    heap.U32[p >>> 2] = heap.U32[(ptr >>> 2) + FIRST]
    heap.U32[(ptr >>> 2) + FIRST] = p
    this.next = p + GRAIN
    this.end = p + size
  }

  /**
   * Frees all that is in it, and the region. Any attached thread, once no other fills it any more. Freeing what this
   * object freed before does nothing. Throws RegionError if another thread freed it.
   */
  freeAll(): void {
    const { heap, ptr } = this
    if (ptr === 0) return
    Region.open(heap, ptr)
    const root = ptr >>> 2
    for (let p = heap.U32[root + FIRST]; p !== 0; p = heap.U32[root + FIRST]) {
      heap.U32[root + FIRST] = heap.U32[p >>> 2]
      retire(heap, p)
      heap.free(p)
    }
    heap.U32[root + MAGIC] = 0
    heap.free(ptr)
    this.ptr = 0
    this.next = 0
    this.end = 0
  }

  [Symbol.dispose](): void {
    this.freeAll()
  }
}
