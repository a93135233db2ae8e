// Writes through stale pointers damage what other parts of the program keep there, never the allocator: it hands out no block
// twice, none that is misaligned or outside, and its books stay right.

import { Heap } from '@hakmem/core'
import { assert, suite, workerModule } from '@hakmem/testing'
import { randomFrom } from '@hakmem/testing/random'
import { fill, soundAudit } from './support.ts'

const MIB = 2 ** 20
const call = workerModule<typeof import('./scribble.worker.ts')>(
  new URL('./scribble.worker.js', import.meta.url),
)

const test = suite('writes into freed blocks')

test(
  'by several threads at once leave no block lost, none handed out twice, and the books right',
  async () => {
    const threads = 4
    const bytes = 16 * MIB
    using heap = Heap.create({ bytes, threads: threads + 1 })
    const claims = new SharedArrayBuffer(bytes / 4)
    await Promise.all(
      Array.from({ length: threads }, (_, k) => call('scribble', heap.handle, claims, k, 150_000)),
    )
    const audit = soundAudit(heap)
    assert.is(audit.live, 0)
    heap.free(heap.malloc(audit.capacity - audit.metadata))
  },
  { timeout: 60_000 },
)

test('over the whole length of every block leave all to be handed out anew, apart and in place', () => {
  using heap = Heap.create({ bytes: 4 * MIB, threads: 1 })
  const random = randomFrom(8)
  for (const size of [16, 100, 1024, 5000, 65_536]) {
    for (let round = 0; round < 3; round++) {
      const blocks = fill(heap, size)
      for (const p of blocks) heap.free(p)
      for (const p of blocks) {
        for (let word = p >>> 2; word < (p + size) >>> 2; word++) heap.U32[word] = random(2 ** 32)
      }
      const again = fill(heap, size)
      assert.ok(again.length >= 0.98 * blocks.length)
      again.sort((a, b) => a - b)
      for (const [k, p] of again.entries()) assert.ok(k === 0 || p >= again[k - 1] + size)
      assert.is(
        soundAudit(heap).live,
        again.reduce((sum, p) => sum + heap.usableSize(p), 0),
      )
      heap.freeBatch(again)
    }
    heap.flush()
    assert.is(soundAudit(heap).live, 0)
  }
})

test.run()
