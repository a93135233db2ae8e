/**
 * What the checks of malloc and free cost: tiny-hot and random-mixed on the shipped heap, and on heaps without them.
 *
 *     node benchmarks/dist/checks.js
 *
 * `no argument checks`: any value is taken for a size or a block's start. `no checks`: nor is it noted which blocks are
 * live, so a second free is not seen and a death leaves no trace; a block's byte is its class from refill to flush. What
 * stays is what the work needs: the class, the owner, the cache's limit. Slow paths are the shipped ones.
 *
 * Each variant runs in a process of its own, all in turn in each round; printed are medians.
 */

import { fileURLToPath } from 'node:url'
import { Arena, CLASS_OF, CONT, type Ptr, ThreadRecord } from '@hakmem/arena'
import { Heap } from '@hakmem/core'
import { median } from 'simple-statistics'
import { compare, inTurn } from './in-turn.ts'
import { takeNoOptions } from './no-options.ts'

const ROUNDS = 15
const BYTES = 64 * 2 ** 20

const variants: Readonly<Record<string, () => Heap>> = {
  'no checks': () => {
    const arena = Arena.create({ bytes: BYTES, threads: 2 })
    const { W, S, geometry } = arena
    const Class = unchecked(W, S, geometry.table, geometry.extentShift, CLASS_OF, CONT)
    return new Class(ThreadRecord.claim(arena, 1))
  },
  'no argument checks': () => {
    const arena = Arena.create({ bytes: BYTES, threads: 2 })
    const { W, S, geometry } = arena
    const Class = unasked(W, S, geometry.table, geometry.extentShift, CLASS_OF, CONT)
    return new Class(ThreadRecord.claim(arena, 1))
  },
  'all checks': () => Heap.create({ bytes: BYTES, threads: 2 }),
}

function unchecked(
  W: Int32Array,
  S: Uint8Array,
  table: number,
  shift: number,
  classOf: Uint8Array,
  cont: number,
): typeof Heap {
  return class extends Heap {
    override malloc(size: number): Ptr {
      const c = classOf[(size + 15) >>> 4]
      const at = (this.lists + 2 * c) | 0
      const top = W[at]
      const p = W[top]
      if (p !== 0) {
        W[at] = (top - 1) | 0
        return (p >>> 0) as Ptr
      }
      return ((this.allocate(size, true) as number) >>> 0) as Ptr
    }

    override free(p: number): void {
      const c = S[p >>> 4]
      if ((W[(table + (p >>> shift)) | 0] | cont) === this.mine) {
        const at = (this.lists + 2 * c) | 0
        const top = (W[at] + 1) | 0
        if (top <= W[at + 1]) {
          W[top] = p
          W[at] = top
          return
        }
      }
      this.freeOther(p, c)
    }

    protected override freeSlow(p: number): void {
      const c = S[p >>> 4]
      super.freeSlow(p)
      if (S[p >>> 4] === (128 | c)) S[p >>> 4] = c
    }

    /** What a refill entered keeps its class's byte from here on. */
    protected override allocate(size: number, must: boolean): Ptr {
      const p = super.allocate(size, must)
      const c = classOf[(size + 15) >>> 4]
      for (let k = W[this.lists + 2 * c]; W[k] !== 0; k--) S[W[k] >>> 4] = c
      return p
    }
  }
}

function unasked(
  W: Int32Array,
  S: Uint8Array,
  table: number,
  shift: number,
  classOf: Uint8Array,
  cont: number,
): typeof Heap {
  return class extends Heap {
    override malloc(size: number): Ptr {
      const c = classOf[(size + 15) >>> 4]
      const at = (this.lists + 2 * c) | 0
      const top = W[at]
      const p = W[top]
      if (p !== 0) {
        W[at] = (top - 1) | 0
        S[p >>> 4] = c
        return (p >>> 0) as Ptr
      }
      return ((this.allocate(size, true) as number) >>> 0) as Ptr
    }

    override free(p: number): void {
      const i = p >>> 4
      const c = S[i]
      if ((W[(table + (p >>> shift)) | 0] | cont) === this.mine) {
        const at = (this.lists + 2 * c) | 0
        const top = (W[at] + 1) | 0
        if (top <= W[at + 1]) {
          S[i] = c | 128
          W[top] = p
          W[at] = top
          return
        }
      }
      this.freeOther(p, c)
    }
  }
}

function hot(heap: Heap, pointers: Uint32Array, rounds: number): void {
  const bytes = heap.U8
  for (let round = 0; round < rounds; round++) {
    for (let k = 0; k < 100; k++) {
      const p = heap.malloc(32)
      bytes[p] = k
      pointers[k] = p
    }
    for (let k = 99; k >= 0; k--) heap.free(pointers[k])
  }
}

function mixed(heap: Heap, slots: Uint32Array, steps: number): void {
  const bytes = heap.U8
  let s = 123456
  for (let k = 0; k < steps; k++) {
    s ^= s << 13
    s ^= s >>> 17
    s ^= s << 5
    const at = s & 4095
    if (slots[at] !== 0) {
      heap.free(slots[at])
      slots[at] = 0
    } else {
      const p = heap.malloc(16 + ((s >>> 12) % 1009))
      bytes[p] = 1
      slots[at] = p
    }
  }
}

/** M operations/s of both loops, warm. */
function measure(name: string): number[] {
  const figures: [number[], number[]] = [[], []]
  const heap = variants[name]()
  const pointers = new Uint32Array(100)
  const slots = new Uint32Array(4096)
  for (let k = 0; k < 9; k++) {
    let start = performance.now()
    hot(heap, pointers, 100_000)
    figures[0].push(20e3 / (performance.now() - start))
    start = performance.now()
    mixed(heap, slots, 3_000_000)
    figures[1].push(3e3 / (performance.now() - start))
  }
  return figures.map((column) => median(column.slice(3)))
}

const names = Object.keys(variants)
takeNoOptions(
  `Usage: node benchmarks/dist/checks.js

What the checks of malloc and free cost, against heaps without them. About a minute. Takes no options.`,
  names,
)
const figures = await inTurn(fileURLToPath(import.meta.url), names, ROUNDS, measure)
console.log(`${process.version}, ${ROUNDS} rounds, M ops/s (cost against no checks)`)
names.forEach((name, k) => {
  const columns = [0, 1].map((column) => {
    const { median, ratio } = compare(figures, k, column)
    return `${median.toFixed(0)} (${((1 - ratio) * 100).toFixed(0)} %)`
  })
  console.log(`${name.padEnd(20)}  tiny-hot ${columns[0].padEnd(12)}  random-mixed ${columns[1]}`)
})
