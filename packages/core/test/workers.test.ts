// Real threads: blocks go from each to each, every word is checked, and at the end the heap holds just what the model
// holds.

import { Heap } from '@hakmem/core'
import { assert, suite, workerModule } from '@hakmem/testing'
import type { Exchange } from './exchange.worker.ts'
import { soundAudit } from './support.ts'

const MIB = 2 ** 20
const call = workerModule<typeof import('./exchange.worker.ts')>(
  new URL('./exchange.worker.js', import.meta.url),
)

function start(heap: Heap, threads: number, slots: number): Exchange {
  const shared = (words: number) => new SharedArrayBuffer(words * 4)
  return { heap: heap.handle, table: shared(slots), done: shared(threads) }
}

/** What is in the table is all that is live; then all is freed, and nothing may be left. */
function settle(heap: Heap, { table }: Exchange): void {
  const left = Array.from(new Uint32Array(table)).filter((p) => p !== 0)
  assert.is(new Set(left).size, left.length)
  for (const p of left) {
    const count = heap.U32[p >>> 2]
    for (let k = 1; k < count; k++) {
      if (heap.U32[(p >>> 2) + k] !== (p + k * count) >>> 0)
        assert.unreachable(`word ${k} of the block at ${p} is wrong`)
    }
  }
  assert.is(
    soundAudit(heap).live,
    left.reduce((sum, p) => sum + heap.usableSize(p), 0),
  )
  heap.freeBatch(left)
  const audit = soundAudit(heap)
  assert.is(audit.live, 0)
  heap.free(heap.malloc(audit.capacity - audit.metadata))
}

const test = suite('threads that exchange blocks')

test('a thread that was given the buffer alone zeroes and copies like one that has the memory', async () => {
  using heap = Heap.create({ bytes: 64 * MIB, threads: 2 })
  for (const size of [48, 1000, 100_000]) {
    for (const given of [heap.handle, heap.handle.buffer]) {
      const p = heap.malloc(size)
      heap.bytes(p).fill(3)
      assert.equal(await call('regrow', given, p, size), { isZero: true, isKept: true })
    }
  }
  assert.is(soundAudit(heap).live, 0)
})

const RUNS: [threads: number, bytes: number, slots: number, small: number, operations: number][] = [
  [2, 64 * MIB, 64, 100, 4_000_000],
  [4, 64 * MIB, 1024, 256, 4_000_000],
  [8, 16 * MIB, 512, 1000, 3_000_000],
  // So small a heap runs out of memory again and again.
  [2, MIB, 2048, 600, 1_000_000],
]

for (const [threads, bytes, slots, small, operations] of RUNS) {
  test(
    `lose and mix up nothing: ${threads} in ${bytes / MIB} MiB, ${operations / 1e6} M operations`,
    async () => {
      using heap = Heap.create({ bytes, threads: Math.min(threads + 1, bytes / 2 ** 19) })
      const given = start(heap, threads, slots)
      if (heap.stats().threads === threads) heap.detach()
      const counts = await Promise.all(
        Array.from({ length: threads }, (_, k) => call('exchange', given, k, operations / threads, small)),
      )
      assert.ok(counts.reduce((sum, count) => sum + count, 0) >= operations)
      assert.equal([...new Int32Array(given.done)], counts)
      using again = Heap.attach(heap.handle)
      settle(again, given)
    },
    { timeout: 60_000 },
  )
}

test('threads that come and go reuse records, and leave no byte behind', async () => {
  const threads = 3
  using heap = Heap.create({ bytes: 256 * MIB, threads: threads + 1 })
  const given = start(heap, threads, 300)
  await Promise.all(Array.from({ length: threads }, (_, k) => call('comeAndGo', given, k, 40)))
  assert.is(heap.stats().records.filter(({ thread }) => thread !== null).length, 1)
  assert.ok(heap.stats().records.length <= threads + 1)
  const { vacated, takenOver, parks } = heap.stats().total
  assert.is(vacated + parks, threads * 40)
  assert.ok(takenOver > threads * 20)
  settle(heap, given)
})

test('workers that follow each other free what this thread made, and a second time is an error', async () => {
  using heap = Heap.create({ bytes: MIB, threads: 2 })
  for (let k = 0; k < 4; k++) {
    const p = heap.malloc(100 + k * 30_000)
    const usable = heap.usableSize(p)
    assert.equal(await call('look', heap.handle, p), {
      again: true,
      owns: true,
      usable,
      code: 'ERR_HAKMEM_DOUBLE_FREE',
    })
    assert.not(heap.owns(p))
  }
  assert.equal(heap.stats().records.length, 2)
  heap.flush()
  assert.is(soundAudit(heap).live, 0)
})

test('a thread too many is refused in its own thread, and let in once there is room', async () => {
  const heap = Heap.create({ bytes: MIB, threads: 1 })
  assert.is(await call('attachCode', heap.buffer), 'ERR_HAKMEM_TOO_MANY_THREADS')
  heap.detach()
  assert.is(await call('attachCode', heap.buffer), 'none')
  soundAudit(heap)
})

test('blocks of a thread that ended without detaching stay usable and can be freed', async () => {
  using heap = Heap.create({ bytes: 2 * MIB, threads: 2 })
  const small = await call('leave', heap.handle, 100)
  heap.U8.fill(1, small, small + heap.usableSize(small))
  assert.is(soundAudit(heap).live, 112)
  heap.free(small)
  const audit = soundAudit(heap)
  assert.is(audit.live, 0)
  assert.is(audit.remote, 112)
})

test.run()
