/**
 * `new SharedArrayBuffer(n)` per block: no allocator at all, V8 and its collector do the work.
 *
 * The loops want numbers for pointers, so a block is known by a number, and the few bytes that the loops touch
 * are kept apart at 16 bytes a block: a view per block would cost more than the touch, so this is in its favour.
 */

import type { Allocator, ScriptPeer } from './allocator.ts'

const MOST_BLOCKS = 65_536
const SPACING = 16

class Buffers implements Allocator {
  readonly U8 = new Uint8Array(MOST_BLOCKS * SPACING)
  readonly U16 = new Uint16Array(this.U8.buffer)
  readonly U32 = new Uint32Array(this.U8.buffer)
  readonly F64 = new Float64Array(this.U8.buffer)
  readonly #blocks: (SharedArrayBuffer | undefined)[] = new Array(MOST_BLOCKS).fill(undefined)
  readonly #unused = Uint32Array.from({ length: MOST_BLOCKS }, (_, i) => MOST_BLOCKS - i)
  #left = MOST_BLOCKS - 1

  malloc(size: number): number {
    if (this.#left === 0) throw new Error(`more than ${MOST_BLOCKS - 1} blocks are live`)
    const number = this.#unused[this.#left--]
    this.#blocks[number] = new SharedArrayBuffer(size)
    return number * SPACING
  }

  calloc(count: number, size: number): number {
    return this.malloc(count * size)
  }

  realloc(p: number, size: number): number {
    const number = p / SPACING
    const old = new Uint8Array(this.#blocks[number] as SharedArrayBuffer)
    const grown = new SharedArrayBuffer(size)
    new Uint8Array(grown).set(old.subarray(0, size))
    this.#blocks[number] = grown
    return p
  }

  free(p: number): void {
    const number = p / SPACING
    this.#blocks[number] = undefined
    this.#unused[++this.#left] = number
  }

  park(): void {}

  detach(): void {}
}

export const peer: ScriptPeer = {
  version: `V8 ${process.versions.v8}`,
  create: () => ({ allocator: new Buffers(), handle: undefined }),
  attach: () => new Buffers(),
}
