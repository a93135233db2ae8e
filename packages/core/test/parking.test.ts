// What flush and park give back, and what they leave.

import { Heap } from '@hakmem/core'
import { assert, suite } from '@hakmem/testing'
import { SIZES, soundAudit } from './support.ts'

const MIB = 2 ** 20

const test = suite('flush and park')

test('flush empties caches and gives memory back, blocks stay as they are', () => {
  using heap = Heap.create({ bytes: 16 * MIB })
  const start = soundAudit(heap)
  const blocks = SIZES.map((size) => heap.malloc(size))
  const kept = heap.malloc(77)
  heap.bytes(kept).fill(3)
  heap.freeBatch(blocks)
  assert.ok(heap.audit().cached > 0)
  heap.flush()
  const after = soundAudit(heap)
  assert.is(after.cached, 0)
  assert.is(after.live, 80)
  assert.ok(heap.bytes(kept).every((byte) => byte === 3))
  heap.free(kept)
  heap.flush()
  assert.equal(soundAudit(heap), start)
})

test('a thread that parks after each block goes on with what it left, and takes no new extent each time', () => {
  for (const size of [32, 2048]) {
    using heap = Heap.create({ bytes: 256 * 2 ** 20 })
    for (let k = 0; k < 200; k++) {
      heap.malloc(size)
      heap.park()
    }
    assert.ok(
      heap.stats().total.refillExtent <= 2,
      `${heap.stats().total.refillExtent} extents of blocks of ${size} B`,
    )
  }
})

test('park leaves the heap attached: blocks stay, the next malloc takes memory up again', () => {
  using heap = Heap.create({ bytes: 16 * MIB })
  const blocks = SIZES.map((size) => heap.malloc(size))
  const { live } = soundAudit(heap)
  heap.park()
  assert.is(soundAudit(heap).live, live)
  const p = heap.malloc(50)
  assert.ok(heap.owns(p))
  heap.freeBatch(blocks)
  heap.free(p)
  heap.park()
  const after = soundAudit(heap)
  assert.is(after.free, after.capacity - after.metadata)
})

test.run()
