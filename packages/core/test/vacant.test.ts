// What a thread that detaches leaves to the next one, and to those who run short of memory.

import { SMALL_CLASSES, ThreadRecord } from '@hakmem/arena'
import { Heap } from '@hakmem/core'
import { assert, suite } from '@hakmem/testing'
import { soundAudit, threadsOf } from './support.ts'

const MIB = 2 ** 20

const test = suite('records left vacant')

test('who attaches has what the thread that left last had, its caches included', () => {
  const [a, b, c] = threadsOf(4, { bytes: 8 * MIB })
  const blocks = Array.from({ length: 100 }, () => b.malloc(64))
  const other = c.malloc(64)
  for (const p of blocks) b.free(p)
  const { cached } = soundAudit(a)
  c.detach()
  b.detach()
  assert.is(soundAudit(a).cached, cached)
  const before = a.stats().total
  const d = new Heap(ThreadRecord.claim(a.arena, 2000))
  assert.is(d.record.slot, b.record.slot)
  assert.equal(
    blocks.map(() => d.malloc(64)),
    [...blocks].reverse(),
  )
  d.free(blocks[7])
  const e = new Heap(ThreadRecord.claim(a.arena, 2001))
  assert.is(e.record.slot, c.record.slot)
  e.free(other)
  const after = a.stats().total
  for (const name of ['refilled', 'refillAdopted', 'announced', 'parks'] as const)
    assert.is(after[name], before[name], name)
  assert.equal([after.vacated, after.takenOver], [2, 2])
})

test('magazines go with the caches, next to caches that are full or closed', () => {
  const [a, b] = threadsOf(3, { bytes: 8 * MIB })
  const blocks = Array.from({ length: 4 * b.arena.geometry.cacheWords }, () => b.malloc(16))
  b.freeBatch(blocks)
  assert.ok(b.record.slabs.depot.classAt(0) > 0)
  assert.ok(b.record.slabs.isClosed(SMALL_CLASSES))
  const { cached } = soundAudit(a)
  b.detach()
  const c = new Heap(ThreadRecord.claim(a.arena, 2000))
  assert.is(soundAudit(a).cached, cached)
  assert.is(new Set(blocks.map(() => c.malloc(16))).size, blocks.length)
  soundAudit(a)
})

test('a thread that comes back finds its caches, which its former heap does not', () => {
  const home = Heap.create({ bytes: 4 * MIB, threads: 3 })
  const p = home.malloc(100)
  const q = home.malloc(100)
  home.free(q)
  home.detach()
  using again = Heap.attach(home.handle)
  assert.throws(() => home.free(p), /detached/)
  assert.is(again.malloc(100), q)
  again.free(p)
  again.free(q)
  assert.is(soundAudit(again).live, 0)
})

test('what was freed to a thread that left is there for who attaches, and for who runs out of memory', () => {
  const [a, b, c] = threadsOf(4, { bytes: 8 * MIB })
  const blocks = Array.from({ length: 800 }, () => a.malloc(500))
  const large = b.malloc(300_000)
  a.detach()
  b.detach()
  for (const p of [...blocks, large]) c.free(p)
  assert.is(c.stats().total.refillAdopted, 0)
  const d = new Heap(ThreadRecord.claim(c.arena, 2000))
  assert.is(d.record.slot, b.record.slot)
  d.park()
  const audit = soundAudit(c)
  assert.equal([audit.live, audit.remote], [0, 800 * 512])
  c.free(c.malloc(audit.capacity - audit.metadata))
  assert.is(c.stats().total.dissolved, 1)
})

test('a vacant record is dissolved before more memory is taken once half of the heap was in use', () => {
  const [a, b] = threadsOf(2, { bytes: 8 * MIB })
  const blocks = Array.from({ length: 1500 }, () => a.malloc(500))
  a.detach()
  b.freeBatch(blocks)
  const used = () => b.stats().total.refillExtent
  let highest = 0
  while (b.stats().total.dissolved === 0) highest = Math.max(highest, b.malloc(65_536))
  assert.ok(highest > b.arena.geometry.bytes / 2 - 65_536 && highest < 0.75 * b.arena.geometry.bytes)
  const before = used()
  for (let k = 0; k < 10; k++) b.malloc(65_536)
  assert.is(used(), before)
})

test('a thread under a policy, of a shard, or with much memory leaves it to all, not its record to one', () => {
  for (const set of [
    (heap: Heap) => heap.pin({ knobs: { refill: 2 } }),
    (heap: Heap) => heap.malloc(1_300_000),
    (heap: Heap) => heap.record.setShard(1),
  ]) {
    const [a, b] = threadsOf(2, { bytes: 8 * MIB })
    set(a)
    a.malloc(100)
    a.detach()
    assert.equal([a.stats().total.vacated, a.stats().total.parks], [0, 1])
    b.detach()
  }
})

test.run()
