// Blocks and pointers above 2 GiB. Little of the memory is touched.

import { Heap } from '@hakmem/core'
import { assert, codeOf, suite } from '@hakmem/testing'
import { soundAudit, threadsOf } from './support.ts'

const MIB = 2 ** 20
const GIB = 2 ** 30

const test = suite('a heap of 4 GiB')

test('a block of 2.5 GiB is usable at both ends, resizable and gone when freed', () => {
  using heap = Heap.create({ bytes: 4 * GIB })
  const p = heap.malloc(2.5 * GIB)
  assert.is(heap.usableSize(p), 2.5 * GIB)
  heap.U8[p] = 1
  heap.U8[p + 2.5 * GIB - 1] = 2
  heap.F64[(p + 2 * GIB) / 8] = Math.PI
  const view = heap.bytes(p)
  assert.equal([view.length, view[0], view[2.5 * GIB - 1]], [2.5 * GIB, 1, 2])
  assert.is(heap.tryMalloc(2 * GIB), 0)
  assert.is(
    codeOf(() => heap.free(p + 2 * GIB)),
    'ERR_HAKMEM_INVALID_POINTER',
  )
  assert.is(
    codeOf(() => heap.usableSize(p + 2.5 * GIB)),
    'ERR_HAKMEM_INVALID_POINTER',
  )

  assert.is(heap.realloc(p, 3 * GIB), p)
  assert.is(heap.U8[p + 2.5 * GIB - 1], 2)
  assert.is(heap.realloc(p, 2.25 * GIB), p)
  assert.is(heap.F64[(p + 2 * GIB) / 8], Math.PI)
  heap.free(p)
  assert.is(
    codeOf(() => heap.free(p)),
    'ERR_HAKMEM_INVALID_POINTER',
  )
  assert.is(soundAudit(heap).live, 0)
})

test('pointers above 2 GiB are positive numbers, of small blocks too, from every operation', () => {
  using heap = Heap.create({ bytes: 4 * GIB })
  const low = heap.malloc(2.25 * GIB)
  const made: [string, number][] = []
  for (const size of [16, 100, 1024, 3000, 57_344, 65_536, 10 * MIB]) {
    made.push([`malloc of ${size}`, heap.malloc(size)])
    made.push([`tryMalloc of ${size}`, heap.tryMalloc(size)])
    made.push([`calloc of ${size}`, heap.calloc(1, size)])
    made.push([`memalign of ${size}`, heap.memalign(4096, size)])
    made.push([`realloc to ${size}`, heap.realloc(heap.malloc(50_000), size)])
    made.push([`a site's ${size}`, heap.site('high').malloc(size)])
    const out = new Uint32Array(4)
    assert.is(heap.mallocBatch(size, out), 4)
    for (const p of out) made.push([`mallocBatch of ${size}`, p])
  }
  const live = made.reduce((sum, [, p]) => sum + heap.usableSize(p), 2.25 * GIB)
  assert.is(soundAudit(heap).live, live)
  for (const [k, [what, p]] of made.entries()) {
    assert.ok(p > 2 * GIB && p < 4 * GIB && Number.isInteger(p), `${what}: ${p}`)
    heap.bytes(p, 16).fill(k)
  }
  for (const [k, [what, p]] of made.entries()) {
    assert.ok(
      heap.bytes(p, 16).every((byte) => byte === k % 256),
      what,
    )
    heap.free(p)
    assert.is(heap.owns(p), false)
  }
  heap.flush()
  heap.realloc(low, 0)
  assert.is(soundAudit(heap).live, 16)
})

test('blocks above 2 GiB go from thread to thread, through caches, flushes and adoption', () => {
  const [a, b] = threadsOf(2, { bytes: 4 * GIB })
  const low = a.malloc(3 * GIB)
  for (let round = 0; round < 3; round++) {
    const blocks = Array.from({ length: 5000 }, (_, k) => (k % 2 === 0 ? a : b).malloc(1 + ((k * 61) % 3000)))
    assert.ok(blocks.every((p) => p > 3 * GIB))
    assert.is(new Set(blocks).size, 5000)
    for (const [k, p] of blocks.entries()) heap(k).free(p)
    if (round === 1) a.park()
    soundAudit(b)
  }
  b.free(low)
  a.flush()
  b.flush()
  assert.is(soundAudit(a).live, 0)

  function heap(k: number): typeof a {
    return k % 3 === 0 ? a : b
  }
})

test('the last 16 bytes of the heap can be a block', () => {
  using heap = Heap.create({ bytes: 4 * GIB, threads: 1 })
  const { free } = soundAudit(heap)
  const p = heap.malloc(free - MIB)
  const small: number[] = []
  for (let q = heap.tryMalloc(16); q !== 0; q = heap.tryMalloc(16)) small.push(q)
  assert.is(Math.max(...small.slice(-70_000)), 2 ** 32 - 16)
  heap.U32[2 ** 30 - 1] = 77
  assert.is(heap.bytes(2 ** 32 - 16)[12], 77)
  heap.freeBatch(small)
  heap.free(p)
  heap.free(heap.malloc(free))
})

test.run()
