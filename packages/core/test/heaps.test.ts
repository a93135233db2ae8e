// Several heaps in one thread. The first ones have fast paths of their own, later ones share the general ones: all
// must behave the same.

import { Heap } from '@hakmem/core'
import { assert, suite } from '@hakmem/testing'
import { Model } from './model.ts'
import { randomFrom } from './random.ts'
import { codeOf, soundAudit } from './support.ts'

const MIB = 2 ** 20

const test = suite('several heaps in one thread')

for (const count of [2, 3, 5]) {
  test(`${count} of them, used by turns, keep apart`, () => {
    const heaps = Array.from({ length: count }, (_, k) =>
      Heap.create({ bytes: (k + 2) * 4 * MIB, threads: k + 1, counters: k === 4 }),
    )
    const models = heaps.map(() => new Model())
    const random = randomFrom(count)
    for (let step = 0; step < 20_000; step++) {
      const k = random(count)
      const [heap, model] = [heaps[k], models[k]]
      if (random(2) === 0 && model.blocks.length > 0) {
        heap.free(model.take(heap, random(model.blocks.length)).p)
      } else {
        const size = 1 + random(2 ** (4 + random(13)))
        const p = heap.tryMalloc(size)
        if (p !== 0) model.add(heap, p, size)
      }
    }
    for (const [k, heap] of heaps.entries()) models[k].compare(heap)
    for (const [k, heap] of heaps.entries()) {
      while (models[k].blocks.length > 0) heap.free(models[k].take(heap, 0).p)
      heap.flush()
      assert.is(soundAudit(heap).live, 0)
      heap.detach()
    }
  })
}

test('all give the same blocks for the same requests', () => {
  const heaps = Array.from({ length: 4 }, (_, k) =>
    Heap.create({ bytes: 8 * MIB, threads: 2, counters: k === 3 }),
  )
  const random = randomFrom(9)
  const blocks: number[] = []
  for (let step = 0; step < 5000; step++) {
    if (random(2) === 0 && blocks.length > 0) {
      const p = blocks.splice(random(blocks.length), 1)[0]
      for (const heap of heaps) heap.free(p)
      for (const heap of heaps) assert.is(codeOf(() => heap.free(p)).slice(0, 10), 'ERR_HAKMEM')
    } else {
      const size = 1 + random(2 ** (4 + random(14)))
      const [p, ...others] = heaps.map((heap) => heap.tryMalloc(size))
      assert.ok(others.every((other) => other === p))
      if (p !== 0) blocks.push(p)
    }
  }
  const [first, ...others] = heaps.map((heap) => soundAudit(heap))
  for (const other of others) assert.equal(other, first)
  for (const heap of heaps) heap.detach()
})

test('a pointer of one is nothing to the other', () => {
  using a = Heap.create({ bytes: 4 * MIB })
  using b = Heap.create({ bytes: 4 * MIB })
  const p = a.malloc(100)
  assert.not(b.owns(p))
  assert.is(
    codeOf(() => b.free(p)),
    'ERR_HAKMEM_INVALID_POINTER',
  )
  assert.ok(a.owns(p))
  assert.is.not(Heap.attach(a.handle), Heap.attach(b.handle))
})

test('a heap that nobody holds any more is collected, and attaching again takes its record over', async () => {
  const { setFlagsFromString } = await import('node:v8')
  const { runInNewContext } = await import('node:vm')
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const made = (() => {
    const heap = Heap.create({ bytes: MIB, threads: 1 })
    return { ref: new WeakRef(heap), buffer: heap.buffer, p: heap.malloc(100) }
  })()
  for (let k = 0; k < 20 && made.ref.deref() !== undefined; k++) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    collect()
  }
  assert.is(made.ref.deref(), undefined)
  using again = Heap.attach(made.buffer)
  assert.ok(again.owns(made.p))
  again.free(made.p)
  again.flush()
  assert.is(soundAudit(again).live, 0)
})

test.run()
