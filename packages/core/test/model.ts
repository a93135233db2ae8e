// A plain model of a heap: which blocks are live and what is written in them. Every operation goes through it and is
// compared: where the block lies, how it is aligned, whom it overlaps, what it holds when it is freed.

import type { Heap } from '@hakmem/core'
import { assert } from '@hakmem/testing'
import { soundAudit } from './support.ts'

interface Block {
  readonly p: number
  readonly usable: number
  readonly seed: number
}

/** Bytes of a block that are written and compared, at either end and across: all of a small one. */
const DENSE = 4096

export class Model {
  readonly blocks: Block[] = []
  /** The starts of the live blocks, ascending, to find neighbours in. */
  private readonly starts: Block[] = []
  private nextSeed = 1
  live = 0

  /** Enters a block that the heap just gave, and fills it with what only it holds. */
  add(heap: Heap, p: number, size: number, alignment = 16): void {
    assert.is(p % alignment, 0, `${p} is no multiple of ${alignment}`)
    const usable = heap.usableSize(p)
    assert.ok(usable >= size, `${usable} bytes for ${size}`)
    const at = this.place(p)
    const before = this.starts[at - 1]
    const after = this.starts[at]
    if (before !== undefined && before.p + before.usable > p) assert.unreachable(`${p} lies in ${before.p}`)
    if (after !== undefined && p + usable > after.p) assert.unreachable(`${p} reaches into ${after.p}`)
    const block = { p, usable, seed: this.nextSeed++ }
    this.starts.splice(at, 0, block)
    this.blocks.push(block)
    this.live += usable
    write(heap, block)
  }

  /** Takes out the block at `index`, whose contents must be as written. */
  take(heap: Heap, index: number): Block {
    check(heap, this.blocks[index])
    return this.drop(index)
  }

  /** Takes out the block at `index`, whatever it holds. */
  drop(index: number): Block {
    const block = this.blocks[index]
    const last = this.blocks.pop()
    if (last !== undefined && last !== block) this.blocks[index] = last
    this.starts.splice(this.place(block.p), 1)
    this.live -= block.usable
    return block
  }

  /** The heap must be sound, and hold just these blocks. */
  compare(heap: Heap): void {
    assert.is(soundAudit(heap).live, this.live)
    for (const block of this.blocks) {
      assert.is(heap.usableSize(block.p), block.usable)
      check(heap, block)
    }
  }

  private place(p: number): number {
    let low = 0
    let high = this.starts.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.starts[middle].p < p) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** The words of a block that are compared: all of a small block, both ends and one in 64 of a large one. */
function* words({ p, usable }: { p: number; usable: number }): Generator<number> {
  const end = p + usable
  for (let at = p; at < end; at += at < p + DENSE || at >= end - DENSE ? 4 : 256) yield at >>> 2
}

function write(heap: Heap, block: Block): void {
  for (const word of words(block)) heap.U32[word] = Math.imul(block.seed, 0x9e3779b1) ^ word
}

function check(heap: Heap, block: Block): void {
  const found = firstDamage(heap, block, block.usable)
  if (found !== undefined) assert.unreachable(`the block at ${block.p} was changed at ${found}`)
}

/** Where the contents of a block of the first `length` bytes are not as written in `block`, if moved to `p`. */
export function firstDamage(heap: Heap, block: Block, length: number, p = block.p): number | undefined {
  const shift = (p - block.p) / 4
  for (const word of words(block)) {
    if (word * 4 + 4 > block.p + length) return undefined
    if (heap.U32[word + shift] !== (Math.imul(block.seed, 0x9e3779b1) ^ word) >>> 0) return (word + shift) * 4
  }
  return undefined
}
