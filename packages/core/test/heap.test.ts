// What a program sees of a heap, one method after the other.

import { DoubleFreeError, Heap } from '@hakmem/core'
import { assert, codeOf, suite, thrownBy } from '@hakmem/testing'
import { randomFrom } from '@hakmem/testing/random'
import { SIZES, soundAudit } from './support.ts'

const MIB = 2 ** 20

const test = suite('a heap')

test('malloc gives separate, aligned, writable blocks of at least the size asked for', () => {
  using heap = Heap.create({ bytes: 64 * MIB })
  const blocks = SIZES.flatMap((size) => [size, size, size]).map((size) => ({ size, p: heap.malloc(size) }))
  for (const [k, { size, p }] of blocks.entries()) {
    assert.is(p % 16, 0)
    assert.ok(heap.usableSize(p) >= size)
    assert.ok(heap.owns(p))
    heap.U8.fill(k + 1, p, p + heap.usableSize(p))
  }
  for (const [k, { p }] of blocks.entries()) {
    assert.ok(
      heap.bytes(p).every((byte) => byte === k + 1),
      `block ${k} was written to by another`,
    )
  }
  const live = blocks.reduce((sum, { p }) => sum + heap.usableSize(p), 0)
  assert.is(soundAudit(heap).live, live)
  for (const { p } of blocks) heap.free(p)
  assert.is(soundAudit(heap).live, 0)
})

test('malloc(0) is a smallest block, free(0) does nothing', () => {
  using heap = Heap.create({ bytes: MIB })
  const p = heap.malloc(0)
  assert.ok(p > 0)
  assert.is(heap.usableSize(p), 16)
  heap.free(p)
  const before = heap.audit()
  heap.free(0)
  heap.free(-0)
  assert.equal(heap.audit(), before)
})

test('a block wastes at most a quarter of what was asked for, or its last 15 bytes', () => {
  using heap = Heap.create({ bytes: 16 * MIB })
  const random = randomFrom(1)
  for (let k = 0; k < 2000; k++) {
    const size = 1 + random(2 ** (1 + random(18)))
    const p = heap.malloc(size)
    const usable = heap.usableSize(p)
    assert.ok(usable >= size && usable <= Math.max(size * 1.25, size + 15), `${usable} for ${size}`)
    heap.free(p)
  }
})

test('the block freed last is handed out first', () => {
  using heap = Heap.create({ bytes: MIB })
  const [a, b] = [heap.malloc(48), heap.malloc(48)]
  heap.free(a)
  heap.free(b)
  assert.is(heap.malloc(40), b)
  assert.is(heap.malloc(40), a)
})

test('calloc gives zeros in blocks of every kind, also where others wrote before', () => {
  using heap = Heap.create({ bytes: 16 * MIB })
  for (const size of SIZES) {
    for (let round = 0; round < 3; round++) {
      const p = heap.calloc(1, size)
      assert.ok(
        heap.bytes(p, size).every((byte) => byte === 0),
        `${size} bytes in round ${round}`,
      )
      heap.bytes(p).fill(0xee)
      heap.free(p)
    }
  }
  assert.is(heap.usableSize(heap.calloc(7, 16)), 112)
})

test('calloc gives zeros, whether a cache, a run or nobody had the memory before', () => {
  using heap = Heap.create({ bytes: 64 * MIB })
  for (let round = 0; round < 12; round++) {
    const list: number[] = []
    for (const size of [200, 4000 + round * 16, 65_535, 70_000, 200_000 + round * 30_000, MIB, 3 * MIB]) {
      const p = heap.calloc(1, size)
      const view = heap.bytes(p, size)
      assert.is(
        view.findIndex((byte) => byte !== 0),
        -1,
        `${size} bytes in round ${round}`,
      )
      heap.bytes(p).fill(0xaa)
      list.push(p)
    }
    for (const p of list.slice(round % 3)) heap.free(p)
  }
})

test('calloc does not touch memory that was never used', () => {
  using heap = Heap.create({ bytes: 64 * MIB })
  // What no program may do: write where nothing was handed out. It shows what is written by the allocator.
  heap.U8.fill(1, 32 * MIB)
  const p = heap.calloc(50, MIB)
  assert.is(heap.U8[p], 0)
  assert.is(heap.U8[32 * MIB], 1)
  assert.is(heap.U8[p + 50 * MIB - 1], 1)
})

test('calloc of more bytes than a number can tell is out of memory, of none a smallest block', () => {
  using heap = Heap.create({ bytes: MIB })
  assert.is(
    codeOf(() => heap.calloc(2 ** 40, 2 ** 40)),
    'ERR_HAKMEM_OUT_OF_MEMORY',
  )
  assert.is(heap.usableSize(heap.calloc(0, 2 ** 40)), 16)
})

test('realloc keeps the contents wherever the block goes', () => {
  using heap = Heap.create({ bytes: 64 * MIB })
  const random = randomFrom(2)
  let size = 100
  let p = heap.malloc(size)
  heap.bytes(p, size).fill(7)
  for (let k = 0; k < 300; k++) {
    const next = random(2 ** random(23))
    p = heap.realloc(p, next)
    assert.ok(heap.usableSize(p) >= next)
    assert.ok(
      heap.bytes(p, Math.min(size, next)).every((byte) => byte === 7),
      `${size} to ${next}`,
    )
    heap.bytes(p, next).fill(7)
    size = next
  }
  assert.is(soundAudit(heap).live, heap.usableSize(p))
})

test('realloc stays where it is while the block fits and half of it is used', () => {
  using heap = Heap.create({ bytes: 16 * MIB })
  const p = heap.malloc(1024)
  assert.is(heap.realloc(p, 900), p)
  assert.is(heap.realloc(p, 512), p)
  assert.is.not(heap.realloc(p, 500), p)
})

test('realloc of 0 allocates, to 0 leaves a smallest block', () => {
  using heap = Heap.create({ bytes: MIB })
  const p = heap.realloc(0, 100)
  assert.is(heap.usableSize(p), 112)
  const q = heap.realloc(p, 0)
  assert.is(heap.usableSize(q), 16)
  assert.is(soundAudit(heap).live, 16)
})

test('a large block grows and shrinks where it is if it can', () => {
  using heap = Heap.create({ bytes: 64 * MIB })
  // What malloc hands out up to 1 MiB may be a cache's, and moves once.
  const p = heap.realloc(heap.malloc(100_000), 200_000)
  heap.bytes(p).fill(9)
  assert.is(heap.realloc(p, 20 * MIB), p)
  assert.is(heap.stats().total.largeGrown, 1)
  assert.ok(heap.bytes(p, 100_000).every((byte) => byte === 9))
  assert.is(heap.realloc(p, 70_000), p)
  assert.is(heap.usableSize(p), 73_728)
  assert.is(soundAudit(heap).live, 73_728)
})

test('a realloc that fails leaves the block as it was', () => {
  using heap = Heap.create({ bytes: MIB })
  for (const size of [40, 3000, 100_000]) {
    const p = heap.malloc(size)
    heap.bytes(p).fill(5)
    const before = soundAudit(heap).live
    assert.is(
      codeOf(() => heap.realloc(p, 2 * MIB)),
      'ERR_HAKMEM_OUT_OF_MEMORY',
    )
    assert.is(
      codeOf(() => heap.realloc(p, -1)),
      'ERR_HAKMEM_INVALID_SIZE',
    )
    assert.ok(heap.bytes(p).every((byte) => byte === 5))
    assert.is(soundAudit(heap).live, before)
  }
})

test('memalign aligns blocks of every kind to each power of two up to 2 MiB', () => {
  using heap = Heap.create({ bytes: 64 * MIB })
  const blocks: number[] = []
  for (let alignment = 1; alignment <= 2 * MIB; alignment *= 2) {
    for (const size of [0, 1, 100, 5000, 70_000]) {
      const p = heap.memalign(alignment, size)
      assert.is(p % alignment, 0, `${size} bytes at ${alignment}`)
      assert.ok(heap.usableSize(p) >= size)
      heap.bytes(p).fill(1)
      blocks.push(p)
    }
  }
  const live = blocks.reduce((sum, p) => sum + heap.usableSize(p), 0)
  assert.is(soundAudit(heap).live, live)
  heap.freeBatch(blocks)
  assert.is(soundAudit(heap).live, 0)
})

test('mallocBatch fills what it is given, and says how far it came', () => {
  using heap = Heap.create({ bytes: MIB })
  for (const out of [new Uint32Array(100), new Float64Array(100), new Array<number>(100).fill(0)]) {
    assert.is(heap.mallocBatch(64, out), 100)
    assert.is(new Set(out).size, 100)
    assert.ok(Array.from(out).every((p) => heap.owns(p)))
    heap.freeBatch(out)
  }
  const many = new Uint32Array(10)
  const got = heap.mallocBatch(200_000, many)
  assert.ok(got > 0 && got < 10)
  assert.equal([...many.subarray(got)], new Array(10 - got).fill(0))
  heap.freeBatch(many)
  assert.is(soundAudit(heap).live, 0)
})

test('freeBatch frees what it can and then throws for the first that it cannot', () => {
  using heap = Heap.create({ bytes: MIB })
  const [a, b, c] = [heap.malloc(20), heap.malloc(20), heap.malloc(20)]
  heap.free(b)
  const error = thrownBy(() => heap.freeBatch([a, b, 8, c]))
  assert.instance(error, DoubleFreeError)
  assert.is(soundAudit(heap).live, 0)
})

test('bytes is a view of the block, or of its beginning', () => {
  using heap = Heap.create({ bytes: MIB })
  const p = heap.malloc(100)
  assert.is(heap.bytes(p).length, 112)
  assert.is(heap.bytes(p, 3).length, 3)
  assert.is(heap.bytes(p).byteOffset, p)
  assert.is(heap.bytes(p).buffer, heap.buffer)
  assert.is(
    codeOf(() => heap.bytes(p, 113)),
    'ERR_HAKMEM_INVALID_SIZE',
  )
  assert.is(
    codeOf(() => heap.bytes(p, -1)),
    'ERR_HAKMEM_INVALID_SIZE',
  )
  assert.is(
    codeOf(() => heap.bytes(p + 16)),
    'ERR_HAKMEM_INVALID_POINTER',
  )
})

test('the views show the whole buffer, each as its type', () => {
  using heap = Heap.create({ bytes: 2 * MIB })
  const p = heap.calloc(1, 16)
  heap.F64[p >>> 3] = -1.5
  const bits = 0xbff8000000000000n
  assert.is(heap.U64[p >>> 3], bits)
  assert.is(heap.I64[p >>> 3], BigInt.asIntN(64, bits))
  assert.is(heap.U32[(p >>> 2) + 1], 0xbff80000)
  assert.is(heap.I32[(p >>> 2) + 1], 0xbff80000 | 0)
  assert.is(heap.U16[(p >>> 1) + 3], 0xbff8)
  assert.is(heap.I16[(p >>> 1) + 3], 0xbff8 - 0x10000)
  assert.is(heap.U8[p + 7], 0xbf)
  assert.is(heap.I8[p + 7], 0xbf - 0x100)
  heap.F32[p >>> 2] = 0.5
  assert.is(heap.U32[p >>> 2], 0x3f000000)
  const { U8, I8, U16, I16, U32, I32, F32, F64, I64, U64 } = heap
  for (const view of [U8, I8, U16, I16, U32, I32, F32, F64, I64, U64]) {
    assert.is(view.buffer, heap.buffer)
    assert.is(view.byteLength, 2 * MIB)
  }
})

test('owns is true of the start of a live block, and of no other number', () => {
  using heap = Heap.create({ bytes: MIB })
  const p = heap.malloc(500)
  assert.ok(heap.owns(p))
  for (const other of [0, p + 16, p + 1, -p, p + 0.5, Number.NaN, 2 ** 32 + p, heap.buffer.byteLength]) {
    assert.not(heap.owns(other), `${other}`)
  }
  heap.free(p)
  assert.not(heap.owns(p))
})

test('a site allocates like the heap, and is one object per name', () => {
  using heap = Heap.create({ bytes: 16 * MIB })
  const site = heap.site('frames')
  assert.is(heap.site('frames'), site)
  assert.is.not(heap.site('others'), site)
  assert.is.not(heap.site('others').id, site.id)
  for (const size of SIZES) {
    const p = site.malloc(size)
    assert.ok(heap.usableSize(p) >= size)
    heap.free(p)
  }
  assert.is(site.tryMalloc(17 * MIB), 0)
  assert.is(
    codeOf(() => site.malloc(17 * MIB)),
    'ERR_HAKMEM_OUT_OF_MEMORY',
  )
  assert.is(
    codeOf(() => site.malloc(-1)),
    'ERR_HAKMEM_INVALID_SIZE',
  )
  assert.is(
    codeOf(() => site.malloc(Number.POSITIVE_INFINITY)),
    'ERR_HAKMEM_INVALID_SIZE',
  )
  assert.is(soundAudit(heap).live, 0)
})

test.run()
