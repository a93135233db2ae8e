// Tiny alone, on an arena: blocks up to 1 KiB, from any number of threads.

import { Arena, audit, InvalidSizeError, SIZES, ThreadRecord, TINY_CLASSES, TINY_MAX } from '@hakmem/arena'
import { assert, suite } from '@hakmem/testing'
import { Tiny } from '@hakmem/tiny'

const MIB = 2 ** 20

function threads(count: number, bytes = 8 * MIB) {
  const arena = Arena.create({ bytes, threads: count })
  const tinies = Array.from({ length: count }, (_, k) => new Tiny(ThreadRecord.claim(arena, k)))
  return { arena, tinies }
}

const CLASSES = [...SIZES].slice(1, TINY_CLASSES + 1)

const test = suite('tiny, alone')

test('every class gives separate, aligned blocks, and takes them back', () => {
  const { arena, tinies } = threads(1)
  const [tiny] = tinies
  const start = audit(arena)
  const ends = new Map<number, number>()
  for (const size of CLASSES) {
    for (let k = 0; k < 50; k++) {
      const p = tiny.malloc(size)
      assert.is(p % 16, 0)
      ends.set(p, p + size)
    }
  }
  let end = 0
  for (const [p, next] of [...ends].sort((a, b) => a[0] - b[0])) {
    assert.ok(p >= end)
    end = next
  }
  assert.is(
    audit(arena).live,
    CLASSES.reduce((sum, size) => sum + 50 * size, 0),
  )
  for (const p of ends.keys()) tiny.free(p)
  assert.is(audit(arena).live, 0)
  tiny.record.flush()
  assert.equal(audit(arena), start)
})

test('a refill takes a batch, and counts once for it', () => {
  const { tinies } = threads(1)
  const [tiny] = tinies
  const { slabs } = tiny.record
  tiny.malloc(64)
  const batch = slabs.cached(4) + 1
  assert.ok(batch > 8, `${batch}`)
  for (let k = 1; k < batch; k++) tiny.malloc(64)
  assert.is(slabs.cached(4), 0)
  tiny.malloc(64)
  assert.ok(slabs.cached(4) > 0)
})

test('empty slabs are returned, those in use stay', () => {
  const { arena, tinies } = threads(1)
  const [tiny] = tinies
  const start = audit(arena)
  const blocks = Array.from({ length: 10_000 }, () => tiny.malloc(100))
  const full = audit(arena).free
  for (const p of blocks.slice(1)) tiny.free(p)
  tiny.record.flush()
  const one = audit(arena)
  assert.ok(one.ok && one.live === 112 && one.cached === 0)
  assert.ok(one.free > full)
  // Of what others may use, one block holds back its extent only.
  assert.is(tiny.record.extents.census().held.get(0), 1)
  tiny.free(blocks[0])
  tiny.record.flush()
  assert.equal(audit(arena), start)
  assert.is(tiny.record.extents.census().held.size, 0)
})

test('a full cache is flushed by half', () => {
  const { arena, tinies } = threads(1)
  const [tiny] = tinies
  const { caps } = arena.geometry
  const blocks = Array.from({ length: caps[TINY_CLASSES] * 3 }, () => tiny.malloc(TINY_MAX))
  let most = 0
  let flushes = 0
  for (const p of blocks) {
    const before = tiny.record.slabs.cached(TINY_CLASSES)
    tiny.free(p)
    const after = tiny.record.slabs.cached(TINY_CLASSES)
    most = Math.max(most, after)
    if (after > before) continue
    flushes++
    assert.is(before, caps[TINY_CLASSES])
    assert.is(after, (before >>> 1) + 1)
  }
  assert.is(most, caps[TINY_CLASSES])
  assert.ok(flushes >= 3)
  assert.ok(audit(arena).ok)
})

test('blocks freed by another thread come back to their owner', () => {
  const { arena, tinies } = threads(2)
  const [a, b] = tinies
  const blocks = Array.from({ length: 1000 }, () => a.malloc(32))
  for (const p of blocks) b.free(p)
  assert.is(audit(arena).remote, 32_000)
  const again = Array.from({ length: 1000 }, () => a.malloc(32))
  assert.is(new Set(again).size, 1000)
  assert.ok(again.filter((p) => blocks.includes(p)).length > 500)
  const { ok, live } = audit(arena)
  assert.equal([ok, live], [true, 32_000])
})

test('a thread that parks leaves its slabs to the other', () => {
  const { arena, tinies } = threads(2, MIB)
  const [a, b] = tinies
  const blocks: number[] = []
  for (let p = a.tryMalloc(500); p !== 0; p = a.tryMalloc(500)) blocks.push(p)
  for (const [k, p] of blocks.entries()) if (k % 3 === 0) a.free(p)
  const { live } = audit(arena)
  assert.is(b.tryMalloc(500), 0)
  a.record.park()
  let got = 0
  for (let p = b.tryMalloc(500); p !== 0; p = b.tryMalloc(500)) got++
  assert.ok(got > 0)
  const after = audit(arena)
  assert.ok(after.ok)
  assert.is(after.live, live + got * 512)
})

test('other sizes are refused: no sizes, and those of the other tiers', () => {
  const { arena, tinies } = threads(1)
  const [tiny] = tinies
  tiny.malloc(1)
  const before = audit(arena)
  for (const size of [
    -1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    TINY_MAX + 1,
    5000,
    65_535,
    65_536,
    2 ** 40,
  ]) {
    for (const allocate of [() => tiny.malloc(size), () => tiny.tryMalloc(size)]) {
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

test('memory that runs out is said so, and comes back', () => {
  const { arena, tinies } = threads(1, MIB)
  const [tiny] = tinies
  const start = audit(arena)
  for (const size of CLASSES) {
    const blocks: number[] = []
    for (let p = tiny.tryMalloc(size); p !== 0; p = tiny.tryMalloc(size)) blocks.push(p)
    assert.throws(() => tiny.malloc(size), /Out of memory/)
    // A slab of 4 KiB has a tail where the class does not divide it.
    assert.ok(audit(arena).live >= start.free * (Math.floor(4096 / size) / (4096 / size)))
    for (const p of blocks) tiny.free(p)
    tiny.record.flush()
    assert.equal(audit(arena), start)
  }
})

test.run()
