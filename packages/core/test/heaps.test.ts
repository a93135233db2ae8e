// Several heaps in one thread. The first ones have fast paths of their own, later ones share the general ones: all
// must behave the same.

import { Heap } from '@hakmem/core'
import { assert, codeOf, suite } from '@hakmem/testing'
import { randomFrom } from '@hakmem/testing/random'
import { Model } from './model.ts'
import { soundAudit } from './support.ts'

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

test('a pointer of one is refused by another that has no block there', () => {
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

/** Collects garbage until none of them is left, or for a while. How many are. */
async function survivors(refs: readonly WeakRef<object>[]): Promise<number> {
  const { setFlagsFromString } = await import('node:v8')
  const { runInNewContext } = await import('node:vm')
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const left = () => refs.filter((ref) => ref.deref() !== undefined).length
  for (let k = 0; k < 20 && left() > 0; k++) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    collect()
  }
  return left()
}

test('a heap whose buffer nobody holds any more is collected, and attaching again takes its record over', async () => {
  const made = (() => {
    const heap = Heap.create({ bytes: MIB, threads: 1 })
    // Another object for the same memory, as a message brings it.
    return { refs: [new WeakRef(heap)], buffer: structuredClone(heap.buffer), p: heap.malloc(100) }
  })()
  assert.is(await survivors(made.refs), 0)
  using again = Heap.attach(made.buffer)
  assert.ok(again.owns(made.p))
  again.free(made.p)
  again.flush()
  assert.is(soundAudit(again).live, 0)
})

test('attaching by another object for the same memory gives the same heap', () => {
  using heap = Heap.create({ bytes: MIB, threads: 1 })
  assert.is(Heap.attach(structuredClone(heap.buffer)), heap)
  assert.is(Heap.attach(heap.handle), heap)
})

test('a thread that attaches and detaches in a loop keeps none of its heaps, not even to the end of the job', () => {
  const heap = Heap.create({ bytes: MIB, threads: 1 })
  const { handle } = heap
  heap.detach()
  const life = () => Heap.attach(handle).detach()
  for (let k = 0; k < 1000; k++) life()
  const before = process.memoryUsage().heapUsed
  for (let k = 0; k < 5000; k++) life()
  // A heap weighs 2 KiB or more.
  const grown = process.memoryUsage().heapUsed - before
  assert.ok(grown < 5000 * 1024, `the JavaScript heap grew by ${grown} bytes`)
})

test.run()
