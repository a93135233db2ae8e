// Mid alone, on an arena: blocks above 1 KiB and below 64 KiB, from segments.

import {
  Arena,
  audit,
  CLASS_OF,
  InvalidSizeError,
  LARGE_MIN,
  MID_CLASSES,
  PAGE,
  SIZES,
  ThreadRecord,
  TINY_CLASSES,
  TINY_MAX,
} from '@hakmem/arena'
import { MID_MAX, Mid } from '@hakmem/mid'
import { assert, suite } from '@hakmem/testing'

const MIB = 2 ** 20

function threads(count: number, bytes = 64 * MIB) {
  const arena = Arena.create({ bytes, threads: count })
  const mids = Array.from({ length: count }, (_, k) => new Mid(ThreadRecord.claim(arena, k)))
  return { arena, mids }
}

const CLASSES = Array.from({ length: MID_CLASSES - TINY_CLASSES }, (_, k) => TINY_CLASSES + 1 + k)

const test = suite('mid, alone')

test('every size above 1 KiB and below 64 KiB has a class of mid', () => {
  const { arena, mids } = threads(1)
  const [mid] = mids
  for (let size = TINY_MAX + 1; size <= MID_MAX; size += 61) {
    const c = CLASS_OF[(size + 15) >>> 4]
    assert.ok(c > TINY_CLASSES && c <= MID_CLASSES)
    const p = mid.malloc(size)
    assert.is(arena.S[p >>> 4], c)
    assert.ok(SIZES[c] >= size)
    mid.free(p)
  }
  assert.ok(audit(arena).ok)
})

test('a segment holds 4 to 16 blocks, by how much room there is, and has no tail', () => {
  for (const c of CLASSES) {
    const { arena, mids } = threads(1)
    const p = mids[0].malloc(SIZES[c] - 16)
    const page = mids[0].record.slabs.headPage(p)
    const bytes = mids[0].record.runs.pagesAt(page) * PAGE
    assert.is(bytes % SIZES[c], 0, `class ${c}`)
    const share = Math.min(2 ** 17, arena.geometry.bytes / 256)
    const blocks = Math.max(4, Math.min(16, Math.floor((2 * share) / SIZES[c])))
    assert.ok(bytes >= blocks * SIZES[c])
    // The smallest such: a fewer pages, and it would hold fewer or have a tail.
    for (let less = bytes - PAGE; less >= blocks * SIZES[c]; less -= PAGE)
      assert.is.not(less % SIZES[c], 0, `class ${c}`)
    const { live, cached } = audit(arena)
    assert.is(live, SIZES[c])
    assert.is(cached % SIZES[c], 0)
  }
})

test('of what segments take, blocks use all but what is cached', () => {
  for (const c of CLASSES) {
    const { arena, mids } = threads(1)
    const [mid] = mids
    const start = audit(arena)
    for (let k = 0; k < 100; k++) mid.malloc(SIZES[c] - 16)
    const taken = mid.record.runs.usedPages * PAGE
    assert.ok(taken <= 1.34 * 100 * SIZES[c], `class ${c}: ${taken / SIZES[c]} for 100`)
    const { ok, live, cached, free } = audit(arena)
    assert.ok(ok)
    assert.is(live, 100 * SIZES[c])
    assert.ok(start.free - free === live + cached)
  }
})

test('no two blocks of any classes overlap', () => {
  const { arena, mids } = threads(1)
  const blocks: [p: number, size: number][] = []
  for (let k = 0; k < 400; k++) {
    const size = TINY_MAX + 1 + ((k * 7919) % (MID_MAX - TINY_MAX))
    blocks.push([mids[0].malloc(size), SIZES[CLASS_OF[(size + 15) >>> 4]]])
  }
  blocks.sort((a, b) => a[0] - b[0])
  for (const [k, [p]] of blocks.entries()) {
    assert.is(p % 16, 0)
    assert.ok(k === 0 || p >= blocks[k - 1][0] + blocks[k - 1][1])
  }
  assert.is(
    audit(arena).live,
    blocks.reduce((sum, [, size]) => sum + size, 0),
  )
})

test('a segment goes back with the flush that empties it', () => {
  for (const c of CLASSES) {
    const { arena, mids } = threads(1)
    const [mid] = mids
    const start = audit(arena)
    const blocks = Array.from({ length: 40 }, () => mid.malloc(SIZES[c] - 16))
    for (const p of blocks.slice(0, 39)) mid.free(p)
    mid.record.flush()
    assert.is(audit(arena).live, SIZES[c])
    assert.is(audit(arena).cached, 0)
    mid.free(blocks[39])
    mid.record.flush()
    assert.equal(audit(arena), start)
  }
})

test('blocks that another thread frees go back to their segment, from any page of it', () => {
  for (const c of CLASSES) {
    const { arena, mids } = threads(2)
    const [a, b] = mids
    // Whole segments, so that nothing else is left to give.
    const blocks = [a.malloc(SIZES[c] - 16)]
    while (blocks.length < 20 || a.record.slabs.cached(c) > 0) blocks.push(a.malloc(SIZES[c] - 16))
    for (const p of blocks) b.free(p)
    assert.is(audit(arena).remote, blocks.length * SIZES[c])
    assert.is(b.record.slabs.cached(c), 0)
    const { record } = a
    const used = record.runs.usedPages
    const again = blocks.map(() => a.malloc(SIZES[c] - 16))
    assert.is(record.runs.usedPages, used, `class ${c} took a new segment`)
    assert.equal(
      again.sort((x, y) => x - y),
      blocks.sort((x, y) => x - y),
    )
    assert.is(audit(arena).remote, 0)
  }
})

test('other sizes are refused', () => {
  const { arena, mids } = threads(1)
  const [mid] = mids
  mid.malloc(2000)
  const before = audit(arena)
  for (const size of [-1, 1.5, Number.NaN, 0, 1, TINY_MAX, MID_MAX + 1, LARGE_MIN, 100_000, 2 ** 40]) {
    for (const allocate of [() => mid.malloc(size), () => mid.tryMalloc(size)]) {
      let error: unknown
      try {
        allocate()
      } catch (thrown) {
        error = thrown
      }
      assert.instance(error, InvalidSizeError, `${size}`)
    }
  }
  assert.equal(audit(arena), before)
})

test.run()
