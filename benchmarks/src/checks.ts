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
import { Never, outOfLine } from '../../packages/core/dist/outofline.js'
import { compare, inTurn } from './in-turn.ts'
import { takeNoOptions } from './no-options.ts'
import { twoLoops } from './two-loops.ts'

const ROUNDS = 15
const BYTES = 64 * 2 ** 20

const variants: Readonly<Record<string, () => Heap>> = {
  'no checks': () => heapOf(unchecked),
  'no argument checks': () => heapOf(unasked),
  'all checks': () => Heap.create({ bytes: BYTES, threads: 2 }),
}

type Bind = (
  W: Int32Array,
  S: Uint8Array,
  table: number,
  shift: number,
  mask: number,
  classOf: Uint8Array,
  none: typeof Never,
) => new (
  record: ThreadRecord,
) => Heap

function heapOf(bind: Bind): Heap {
  const arena = Arena.create({ bytes: BYTES, threads: 2 })
  const { table, extentShift, cacheWords } = arena.geometry
  const Class = bind(arena.W, arena.S, table, extentShift, cacheWords - 1, CLASS_OF, Never)
  return new Class(ThreadRecord.claim(arena, 1))
}

/** The slow paths, out of line as in `specialise.ts` of core. */
abstract class Slow extends Heap {
  protected given = 0
  protected answer = 0
  protected readonly refill = outOfLine(() => {
    this.answer = this.allocate(this.given, true) | 0
  })
  protected readonly leftover = outOfLine(() => this.freeSlow(this.given))
}

function unchecked(...[W, S, table, shift, mask, classOf, none]: Parameters<Bind>): ReturnType<Bind> {
  return class extends Slow {
    override malloc(size: number): Ptr {
      const c = classOf[(size + 15) >>> 4]
      const at = (this.lists + c) | 0
      const top = W[at]
      const p = W[top]
      if (p !== 0) {
        W[at] = (top - 1) | 0
        return (p >>> 0) as Ptr
      }
      this.given = size
      if (this.refill instanceof none) return 0 as Ptr
      return (this.answer >>> 0) as Ptr
    }

    override free(p: number): void {
      const c = S[p >>> 4] | 0
      if ((W[(table + (p >>> shift)) | 0] | CONT) === this.mine) {
        const at = (this.lists + c) | 0
        const top = (W[at] + 1) | 0
        if ((top & mask) !== 0) {
          W[top] = p
          W[at] = top
          return
        }
      }
      this.given = p
      if (this.leftover instanceof none) return
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
      for (let k = W[this.lists + c]; W[k] !== 0; k--) S[W[k] >>> 4] = c
      return p
    }
  }
}

function unasked(...[W, S, table, shift, mask, classOf, none]: Parameters<Bind>): ReturnType<Bind> {
  return class extends Slow {
    override malloc(size: number): Ptr {
      const c = classOf[(size + 15) >>> 4]
      const at = (this.lists + c) | 0
      const top = W[at]
      const p = W[top]
      if (p !== 0) {
        W[at] = (top - 1) | 0
        S[p >>> 4] = c
        return (p >>> 0) as Ptr
      }
      this.given = size
      if (this.refill instanceof none) return 0 as Ptr
      return (this.answer >>> 0) as Ptr
    }

    override free(p: number): void {
      const i = p >>> 4
      const c = S[i] | 0
      if ((W[(table + (p >>> shift)) | 0] | CONT) === this.mine) {
        const at = (this.lists + c) | 0
        const top = (W[at] + 1) | 0
        if ((top & mask) !== 0) {
          S[i] = c | 128
          W[top] = p
          W[at] = top
          return
        }
      }
      this.given = p
      if (this.leftover instanceof none) return
    }
  }
}

const names = Object.keys(variants)
takeNoOptions(
  `Usage: node benchmarks/dist/checks.js

What the checks of malloc and free cost, against heaps without them. About a minute. Takes no options.`,
  names,
)
const figures = await inTurn(fileURLToPath(import.meta.url), names, ROUNDS, (name) =>
  twoLoops(variants[name]()),
)
console.log(`${process.version}, ${ROUNDS} rounds, M ops/s (cost against no checks)`)
names.forEach((name, k) => {
  const columns = [0, 1].map((column) => {
    const { median, ratio } = compare(figures, k, column)
    return `${median.toFixed(0)} (${((1 - ratio) * 100).toFixed(0)} %)`
  })
  console.log(`${name.padEnd(20)}  tiny-hot ${columns[0].padEnd(12)}  random-mixed ${columns[1]}`)
})
