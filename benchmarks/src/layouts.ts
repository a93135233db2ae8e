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
import { median } from 'simple-statistics'
import { compare, inTurn } from './in-turn.ts'
import { takeNoOptions } from './no-options.ts'

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

interface Allocator {
  malloc(size: number): number
  free(p: number): void
}

/** Buffer, views and the slow paths, which are long so that V8 does not inline them. */
class Ground {
  readonly W = new Int32Array(new SharedArrayBuffer(BYTES))
  readonly S = new Uint8Array(this.W.buffer, STATE, BYTES / 16)
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

class MagazineFields implements Allocator {
  private readonly W: Int32Array
  private readonly S: Uint8Array
  private readonly ground: Ground
  private readonly lists = LISTS
  private readonly table = TABLE
  private readonly shift = SHIFT
  private readonly mine = MINE

  constructor(ground: Ground) {
    this.ground = ground
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

function magazineConstants(ground: Ground, W: Int32Array, S: Uint8Array, mine: number): Allocator {
  return new (class {
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

class ListFields implements Allocator {
  private readonly W: Int32Array
  private readonly S: Uint8Array
  private readonly ground: Ground
  private readonly lists = LISTS
  private readonly table = TABLE
  private readonly shift = SHIFT
  private readonly mine = MINE

  constructor(ground: Ground) {
    this.ground = ground
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

function listConstants(ground: Ground, W: Int32Array, S: Uint8Array, mine: number): Allocator {
  return new (class {
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

const variants: Readonly<Record<string, () => { allocator: Allocator; W: Int32Array }>> = {
  'magazine, constants': () => {
    const ground = new Ground(sentinelOf)
    return { allocator: magazineConstants(ground, ground.W, ground.S, MINE), W: ground.W }
  },
  'magazine, fields': () => {
    const ground = new Ground(sentinelOf)
    return { allocator: new MagazineFields(ground), W: ground.W }
  },
  'list, constants': () => {
    const ground = new Ground(() => 0)
    return { allocator: listConstants(ground, ground.W, ground.S, MINE), W: ground.W }
  },
  'list, fields': () => {
    const ground = new Ground(() => 0)
    return { allocator: new ListFields(ground), W: ground.W }
  },
}

function hot(heap: Allocator, u8: Uint8Array, pointers: Uint32Array, rounds: number): void {
  for (let round = 0; round < rounds; round++) {
    for (let k = 0; k < 100; k++) {
      const p = heap.malloc(32)
      u8[p] = k
      pointers[k] = p
    }
    for (let k = 99; k >= 0; k--) heap.free(pointers[k])
  }
}

function mixed(heap: Allocator, u8: Uint8Array, slots: Uint32Array, steps: number): void {
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
      u8[p] = 1
      slots[at] = p
    }
  }
}

/** M operations/s of both loops, warm. */
function measure(name: string): [number, number] {
  const { allocator, W } = variants[name]()
  const u8 = new Uint8Array(W.buffer)
  const figures: [number[], number[]] = [[], []]
  const pointers = new Uint32Array(100)
  const slots = new Uint32Array(4096)
  for (let k = 0; k < 8; k++) {
    let start = performance.now()
    hot(allocator, u8, pointers, 100_000)
    figures[0].push(20e3 / (performance.now() - start))
    start = performance.now()
    mixed(allocator, u8, slots, 3_000_000)
    figures[1].push(3e3 / (performance.now() - start))
  }
  return [median(figures[0].slice(3)), median(figures[1].slice(3))]
}

const names = Object.keys(variants)
takeNoOptions(
  `Usage: node benchmarks/dist/layouts.js

What the layout of the fast paths costs: lists or magazines, fields or constants. About a minute. Takes no options.`,
  names,
)
const figures = await inTurn(fileURLToPath(import.meta.url), names, ROUNDS, measure)
console.log(`${process.version}, ${ROUNDS} rounds, M ops/s (ratio to the first)`)
names.forEach((name, k) => {
  const columns = [0, 1].map((column) => {
    const { median, ratio } = compare(figures, k, column)
    return `${median.toFixed(0)} (${ratio.toFixed(2)})`
  })
  console.log(`${name.padEnd(20)}  tiny-hot ${columns[0].padEnd(12)}  random-mixed ${columns[1]}`)
})
