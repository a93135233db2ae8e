/**
 * What the layout of the fast paths costs: the figures behind two decisions in docs/performance.md.
 *
 *     node benchmarks/dist/layouts.js
 *
 * Bare malloc and free of one thread with every check, in four forms: caches as lists linked through the free blocks
 * or as arrays in the record (magazines); views held by fields of a class or built in as constants of a closure. The
 * refill is a bump here, for it is not what is compared. Each variant runs in a process of its own, all in turn in
 * each round; printed are medians over the rounds, and of the ratio to the first variant.
 */

import { fileURLToPath } from 'node:url'
import { compare, inTurn } from './in-turn.ts'
import { takeNoOptions } from './no-options.ts'
import type { Mallocs } from './peers/allocator.ts'
import { twoLoops } from './two-loops.ts'

const ROUNDS = 7
const BYTES = 2 ** 28
const SHIFT = 20
const TABLE = 1 << 14
const LISTS = 4096
const CACHES = 1 << 15
const STATE = 1 << 24
const DATA = 1 << 26
const MINE = 13
const CLASSES = 64
const CAP = 512

/** 16-byte classes to 1 KiB: 64 of them. */
const classOf = Uint8Array.from({ length: 65 }, (_, grains) => Math.max(1, grains) - 1)

/** Buffer, views and the slow paths, which are long so that V8 does not inline them. */
class Ground {
  readonly W = new Int32Array(new SharedArrayBuffer(BYTES))
  readonly S = new Uint8Array(this.W.buffer, STATE, BYTES / 16)
  readonly U8 = new Uint8Array(this.W.buffer)
  private bump = DATA

  constructor(empty: (c: number) => number) {
    for (let c = 0; c < CLASSES; c++) {
      this.W[LISTS + 2 * c] = empty(c)
      this.W[LISTS + 2 * c + 1] = empty(c) + CAP
    }
  }

  /** A fresh block of class `c`, free and in an extent of mine. */
  fresh(c: number): number {
    const p = this.bump
    this.bump += (c + 1) * 16
    if (this.bump > BYTES) throw new Error(`the buffer is used up at class ${c}, offset ${this.bump}`)
    this.W[TABLE + (p >>> SHIFT)] = MINE
    this.S[p >>> 4] = 128 | c
    return p
  }
}

const sentinelOf = (c: number) => CACHES + c * (CAP + 1)

function refillMagazine(ground: Ground, c: number): void {
  const at = LISTS + 2 * c
  for (let k = 0; k < 128; k++) {
    const p = ground.fresh(c)
    ground.W[at] += 1
    ground.W[ground.W[at]] = p
  }
}

function refillList(ground: Ground, c: number): void {
  for (let k = 0; k < 128; k++) {
    const p = ground.fresh(c)
    ground.W[p >>> 2] = ground.W[LISTS + 2 * c]
    ground.W[LISTS + 2 * c] = p
  }
}

const refuse = (p: number): never => {
  throw new Error(`pointer ${p} is refused`)
}

/** A list's length is bounded by a count of frees: when it is spent, the list is measured and the count renewed. */
function spent(W: Int32Array, at: number): number {
  let length = 0
  for (let p = W[at]; p !== 0 && length < CAP; p = W[p >>> 2]) length++
  if (length === CAP) throw new Error('a list is full')
  return CAP - length
}

class MagazineFields implements Mallocs {
  readonly U8: Uint8Array
  private readonly W: Int32Array
  private readonly S: Uint8Array
  private readonly ground: Ground
  private readonly lists = LISTS
  private readonly table = TABLE
  private readonly shift = SHIFT
  private readonly mine = MINE

  constructor(ground: Ground) {
    this.ground = ground
    this.U8 = ground.U8
    this.W = ground.W
    this.S = ground.S
  }

  malloc(size: number): number {
    const W = this.W
    const c = classOf[(size + 15) >>> 4]
    const at = (this.lists + 2 * c) | 0
    if (W[W[at]] === 0) refillMagazine(this.ground, c)
    const top = W[at]
    const p = W[top]
    W[at] = (top - 1) | 0
    this.S[p >>> 4] = c
    return p >>> 0
  }

  free(p: number): void {
    const W = this.W
    const i = p >>> 4
    const c = this.S[i]
    const at = (this.lists + 2 * c) | 0
    const top = (W[at] + 1) | 0
    const isMine = (W[(this.table + (p >>> this.shift)) | 0] | 4) === this.mine
    if (i * 16 !== p || !isMine || c >= CLASSES || top > W[at + 1]) refuse(p)
    this.S[i] = c | 128
    W[top] = p
    W[at] = top
  }
}

function magazineConstants(ground: Ground, W: Int32Array, S: Uint8Array, mine: number): Mallocs {
  return new (class {
    readonly U8 = ground.U8
    malloc(size: number): number {
      const c = classOf[(size + 15) >>> 4]
      const at = (LISTS + 2 * c) | 0
      if (W[W[at]] === 0) refillMagazine(ground, c)
      const top = W[at]
      const p = W[top]
      W[at] = (top - 1) | 0
      S[p >>> 4] = c
      return p >>> 0
    }

    free(p: number): void {
      const i = p >>> 4
      const c = S[i]
      const at = (LISTS + 2 * c) | 0
      const top = (W[at] + 1) | 0
      const isMine = (W[(TABLE + (p >>> SHIFT)) | 0] | 4) === mine
      if (i * 16 !== p || !isMine || c >= CLASSES || top > W[at + 1]) refuse(p)
      S[i] = c | 128
      W[top] = p
      W[at] = top
    }
  })()
}

class ListFields implements Mallocs {
  readonly U8: Uint8Array
  private readonly W: Int32Array
  private readonly S: Uint8Array
  private readonly ground: Ground
  private readonly lists = LISTS
  private readonly table = TABLE
  private readonly shift = SHIFT
  private readonly mine = MINE

  constructor(ground: Ground) {
    this.ground = ground
    this.U8 = ground.U8
    this.W = ground.W
    this.S = ground.S
  }

  malloc(size: number): number {
    const W = this.W
    const c = classOf[(size + 15) >>> 4]
    const at = (this.lists + 2 * c) | 0
    if (W[at] === 0) refillList(this.ground, c)
    const p = W[at]
    const i = p >>> 4
    // The link may have been overwritten: take it only if it leads to a free block of the class in an extent of mine.
    const isMine = (W[(this.table + (p >>> this.shift)) | 0] | 4) === this.mine
    if ((p & 15) !== 0 || this.S[i] !== (128 | c) || !isMine) refuse(p)
    W[at] = W[p >>> 2]
    this.S[i] = c
    return p >>> 0
  }

  free(p: number): void {
    const W = this.W
    const i = p >>> 4
    const c = this.S[i]
    const at = (this.lists + 2 * c) | 0
    const isMine = (W[(this.table + (p >>> this.shift)) | 0] | 4) === this.mine
    let room = W[at + 1]
    if (i * 16 !== p || !isMine || c >= CLASSES) refuse(p)
    if (room === 0) room = spent(W, at)
    W[at + 1] = room - 1
    this.S[i] = c | 128
    W[p >>> 2] = W[at]
    W[at] = p
  }
}

function listConstants(ground: Ground, W: Int32Array, S: Uint8Array, mine: number): Mallocs {
  return new (class {
    readonly U8 = ground.U8
    malloc(size: number): number {
      const c = classOf[(size + 15) >>> 4]
      const at = (LISTS + 2 * c) | 0
      if (W[at] === 0) refillList(ground, c)
      const p = W[at]
      const i = p >>> 4
      const isMine = (W[(TABLE + (p >>> SHIFT)) | 0] | 4) === mine
      if ((p & 15) !== 0 || S[i] !== (128 | c) || !isMine) refuse(p)
      W[at] = W[p >>> 2]
      S[i] = c
      return p >>> 0
    }

    free(p: number): void {
      const i = p >>> 4
      const c = S[i]
      const at = (LISTS + 2 * c) | 0
      const isMine = (W[(TABLE + (p >>> SHIFT)) | 0] | 4) === mine
      let room = W[at + 1]
      if (i * 16 !== p || !isMine || c >= CLASSES) refuse(p)
      if (room === 0) room = spent(W, at)
      W[at + 1] = room - 1
      S[i] = c | 128
      W[p >>> 2] = W[at]
      W[at] = p
    }
  })()
}

const variants: Readonly<Record<string, () => Mallocs>> = {
  'magazine, constants': () => {
    const ground = new Ground(sentinelOf)
    return magazineConstants(ground, ground.W, ground.S, MINE)
  },
  'magazine, fields': () => new MagazineFields(new Ground(sentinelOf)),
  'list, constants': () => {
    const ground = new Ground(() => 0)
    return listConstants(ground, ground.W, ground.S, MINE)
  },
  'list, fields': () => new ListFields(new Ground(() => 0)),
}

const names = Object.keys(variants)
takeNoOptions(
  `Usage: node benchmarks/dist/layouts.js

What the layout of the fast paths costs: lists or magazines, fields or constants. About a minute. Takes no options.`,
  names,
)
const figures = await inTurn(fileURLToPath(import.meta.url), names, ROUNDS, (name) =>
  twoLoops(variants[name]()),
)
console.log(`${process.version}, ${ROUNDS} rounds, M ops/s (ratio to the first)`)
names.forEach((name, k) => {
  const columns = [0, 1].map((column) => {
    const { median, ratio } = compare(figures, k, column)
    return `${median.toFixed(0)} (${ratio.toFixed(2)})`
  })
  console.log(`${name.padEnd(20)}  tiny-hot ${columns[0].padEnd(12)}  random-mixed ${columns[1]}`)
})
