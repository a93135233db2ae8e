// Heaps that run full: how much fits before, what is said then, and that all of it comes back.

import { Heap, OutOfMemoryError } from '@hakmem/core'
import { assert, codeOf, suite, thrownBy } from '@hakmem/testing'
import { randomFrom } from '@hakmem/testing/random'
import { fill, soundAudit, threadsOf } from './support.ts'

const MIB = 2 ** 20

const test = suite('a full heap')

for (const size of [16, 64, 1000, 1024, 1500, 5000, 40_000, 65_535, 65_536, 100_000, MIB]) {
  test(`${size} B: says so with figures, and takes no harm`, () => {
    using heap = Heap.create({ bytes: 4 * MIB, threads: 1 })
    const { free } = soundAudit(heap)
    heap.free(heap.malloc(free))
    const blocks = fill(heap, size)
    const { live } = soundAudit(heap)
    const error = thrownBy(() => heap.malloc(size))
    assert.instance(error, OutOfMemoryError)
    assert.match(
      String(error),
      new RegExp(`${size} bytes do not fit. Of ${4 * MIB} bytes, \\d+ .* \\d+ by thread \\d+`),
    )
    assert.is(heap.tryMalloc(size), 0)
    assert.is(
      codeOf(() => heap.calloc(1, size)),
      'ERR_HAKMEM_OUT_OF_MEMORY',
    )
    // (Aligned, a block just below 64 KiB is a run of its own, and may still fit.)
    assert.is(
      codeOf(() => heap.memalign(16, size === 65_535 ? 300_000 : size)),
      'ERR_HAKMEM_OUT_OF_MEMORY',
    )
    assert.is(soundAudit(heap).live, live)
    assert.ok(heap.stats().total.outOfMemory >= 4)

    // One freed, one fits again.
    heap.free(blocks[blocks.length >>> 1])
    assert.is(heap.malloc(size), blocks[blocks.length >>> 1])

    heap.freeBatch(blocks)
    heap.free(heap.malloc(free))
    assert.is(soundAudit(heap).live, 0)
  })
}

test('the error tells free extents in a row from scattered ones, and what came free only after the request', () => {
  const [a, b] = threadsOf(2, { bytes: 4 * MIB })
  const extents = fill(b, 65_536)
  for (let k = 0; k < extents.length; k += 2) b.free(extents[k])
  b.flush()
  const scattered = thrownBy(() => a.malloc(100_000))
  assert.ok(scattered instanceof OutOfMemoryError)
  assert.is(scattered.unclaimed, 65_536 * Math.ceil(extents.length / 2))
  assert.is(scattered.longest, 65_536)
  assert.match(String(scattered), /\(65536 in a row\).*have idle threads call `park`/)

  assert.is(a.tryMalloc(100_000), 0)
  b.free(extents[1])
  b.flush()
  const late = a.record.outOfMemory(100_000)
  assert.is(late.longest, 3 * 65_536)
  assert.match(String(late), /There is room by now: try again/)
  b.park()
  const left = a.record.outOfMemory(100_000)
  assert.is(left.orphaned, 65_536 * (Math.floor(extents.length / 2) - 1))
  assert.equal(left.held, {})
  assert.match(String(thrownBy(() => a.malloc(5 * MIB))), /Create the heap with more `bytes`/)
})

test('the error adds up what several dead threads hold', () => {
  const threads = threadsOf(3, { bytes: 4 * MIB })
  const [a, b, c] = threads
  for (const heap of [b, c]) heap.malloc(200_000)
  // As a reaper leaves them that died before it had made anything an orphan.
  for (const { record } of [b, c]) record.arena.W[record.at] = -1234
  const { held } = a.record.outOfMemory(MIB)
  assert.equal(held, { 'a dead thread': 2 * 4 * 65_536 })
})

test('a request that failed is no reason to refuse one for what was adopted since', () => {
  const [a, b] = threadsOf(2, { bytes: 9 * MIB })
  const blocks = fill(b, 700_000)
  assert.is(a.tryMalloc(8 * MIB), 0)
  // Marks for b to collect, which it never does.
  a.freeBatch(blocks)
  a.reap(b.thread)
  const { capacity, metadata } = soundAudit(a)
  a.free(a.malloc(capacity - metadata))
})

/** Sizes that one thread may fill an otherwise unused heap with, and the share of what is no metadata that it gets. */
const USE: [size: number, share: number][] = [
  [16, 1],
  [48, 0.99],
  [1024, 1],
  [1280, 0.97],
  [57_344, 0.9],
  [65_536, 1],
  [100_000, 0.9],
]
for (const [size, share] of USE) {
  test(`one thread gets ${share * 100} % of a heap in blocks of ${size} B`, () => {
    using heap = Heap.create({ bytes: 16 * MIB, threads: 2 })
    const { free } = soundAudit(heap)
    fill(heap, size)
    const { live } = soundAudit(heap)
    assert.ok(live >= free * share, `${live} of ${free}`)
  })
}

test('a request that failed is no reason to refuse one for what magazines have got since', () => {
  using heap = Heap.create({ bytes: MIB, threads: 1 })
  const blocks = fill(heap, 16)
  assert.is(heap.tryMalloc(4096), 0)
  heap.freeBatch(blocks.slice(0, 1024))
  // The cache is empty again; what is free by now is in magazines.
  const { slabs } = heap.record
  while (slabs.cached(1) > 0) heap.malloc(16)
  assert.ok(slabs.holdsAny(1))
  assert.ok(heap.tryMalloc(4096) !== 0)
})

test('what is free but scattered over every class is found for one large block', () => {
  using heap = Heap.create({ bytes: 8 * MIB, threads: 1 })
  const { free } = soundAudit(heap)
  const random = randomFrom(5)
  for (let round = 0; round < 10; round++) {
    const blocks: number[] = []
    for (;;) {
      const p = heap.tryMalloc(1 + random(2 ** (4 + random(14))))
      if (p === 0) break
      blocks.push(p)
    }
    while (blocks.length > 0) {
      const at = random(blocks.length)
      heap.free(blocks[at])
      blocks[at] = blocks[blocks.length - 1]
      blocks.pop()
    }
    const p = heap.malloc(free)
    assert.is(heap.usableSize(p), free)
    heap.free(p)
  }
})

test('a thread that runs out makes the others give back what they do not use, at their next slow path', () => {
  const [a, b] = threadsOf(2, { bytes: 4 * MIB })
  const { free } = soundAudit(a)
  // b holds an extent for a small block, and one more that is free.
  b.malloc(100)
  b.free(b.malloc(65_536))
  assert.is(a.tryMalloc(free - 65_536), 0)
  b.malloc(3000)
  assert.ok(a.malloc(free - 65_536) > 0)
  assert.ok(b.stats().total.pressure > 0)
})

test('after everything is freed and the others have parked, the largest block fits that ever fitted', () => {
  const threads = threadsOf(8, { bytes: 16 * MIB })
  const [first] = threads
  const { free } = soundAudit(first)
  const p = first.malloc(free)
  first.free(p)
  const random = randomFrom(6)
  for (let round = 0; round < 3; round++) {
    const blocks: number[] = []
    for (let full = 0; full < 8; ) {
      const q = threads[random(8)].tryMalloc(1 + random(2 ** (4 + random(16))))
      if (q === 0) full++
      else blocks.push(q)
    }
    for (const q of blocks) threads[random(8)].free(q)
    assert.is(soundAudit(first).live, 0)
    for (const thread of threads) {
      if (thread === first) continue
      if (round === 0) thread.flush()
      else thread.park()
    }
    first.free(first.malloc(free))
  }
})

test.run()

const use = suite('use before the first time that memory runs out')

/** Random sizes of every magnitude, mixed threads, most blocks freed again: what share of the heap is live at the end. */
function usedAtFirstFailure(threads: number, bytes: number, largest: number, seed: number): number {
  const heaps = threadsOf(threads, { bytes })
  const random = randomFrom(seed)
  const blocks: number[] = []
  for (;;) {
    const heap = heaps[random(threads)]
    if (blocks.length > 0 && random(3) === 0) {
      const at = random(blocks.length)
      heaps[random(threads)].free(blocks[at])
      blocks[at] = blocks[blocks.length - 1]
      blocks.pop()
      continue
    }
    const p = heap.tryMalloc(1 + random(2 ** (4 + random(largest))))
    if (p === 0) break
    blocks.push(p)
  }
  const { live, capacity, metadata } = soundAudit(heaps[0])
  return live / (capacity - metadata)
}

const FLOORS: [threads: number, bytes: number, largest: number, floor: number][] = [
  [1, MIB, 10, 0.6],
  [2, MIB, 8, 0.6],
  [8, 16 * MIB, 10, 0.6],
  // Four blocks of each of the largest classes for each of 8 threads are half the heap already.
  [8, 16 * MIB, 12, 0.5],
  [16, 256 * MIB, 14, 0.6],
]
for (const [threads, bytes, largest, floor] of FLOORS) {
  use(
    `${threads} threads, ${bytes / MIB} MiB, blocks up to ${2 ** (3 + largest)} B: above ${floor * 100} %`,
    () => {
      const shares = [1, 2, 3].map((seed) => usedAtFirstFailure(threads, bytes, largest, seed))
      assert.ok(Math.min(...shares) >= floor, `${shares}`)
    },
  )
}

use.run()
