/**
 * `@thi.ng/malloc` behind a lock: what npm offers today. Its MemPool keeps its whole state in
 * the buffer but knows no threads, so every call takes a lock that lies in front of the pool.
 */

import { MemPool } from '@thi.ng/malloc'
import type { Allocator, ScriptPeer } from './allocator.ts'
import { acquire, release } from './lock.ts'
import { packageVersion } from './version.ts'

const POOL_START = 64
/** Bytes in front of a block: its size with them, and a link. */
const HEADER = 8

class LockedPool implements Allocator {
  readonly U8: Uint8Array
  readonly U16: Uint16Array
  readonly U32: Uint32Array
  readonly F64: Float64Array
  readonly #pool: MemPool
  readonly #lock: Int32Array

  constructor(buffer: SharedArrayBuffer, attach: boolean) {
    this.U8 = new Uint8Array(buffer)
    this.U16 = new Uint16Array(buffer)
    this.U32 = new Uint32Array(buffer)
    this.F64 = new Float64Array(buffer)
    this.#lock = new Int32Array(buffer, 0, 1)
    this.#pool = new MemPool({ buf: buffer, start: POOL_START, skipInitialization: attach })
  }

  malloc(size: number): number {
    acquire(this.#lock)
    const p = this.#pool.malloc(size)
    release(this.#lock)
    return fitting(p, size)
  }

  calloc(count: number, size: number): number {
    acquire(this.#lock)
    const p = this.#pool.calloc(count * size)
    release(this.#lock)
    return fitting(p, count * size)
  }

  /** Not the pool's own, which means to free the block that it leaves, but frees at a wrong address (6.1.150). */
  realloc(old: number, size: number): number {
    const p = this.malloc(size)
    this.U8.copyWithin(p, old, old + Math.min(size, this.U32[(old - HEADER) >>> 2] - HEADER))
    this.free(old)
    return p
  }

  free(p: number): void {
    acquire(this.#lock)
    const found = this.#pool.free(p)
    release(this.#lock)
    if (!found) throw new Error(`the pool does not know the block at ${p}`)
  }

  park(): void {}

  detach(): void {}
}

function fitting(p: number, size: number): number {
  if (p === 0) throw new Error(`the pool is full: ${size} bytes do not fit`)
  return p
}

export const peer: ScriptPeer = {
  version: packageVersion('@thi.ng/malloc'),
  create(bytes) {
    const buffer = new SharedArrayBuffer(bytes)
    return { allocator: new LockedPool(buffer, false), handle: buffer }
  },
  attach: (handle) => new LockedPool(handle as SharedArrayBuffer, true),
}
