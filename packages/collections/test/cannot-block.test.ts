// A queue where the host forbids sleeping, as on a browser's main thread: `Atomics.wait` throws there, and so it does here.

import { assert, suite } from '@hakmem/testing'

Atomics.wait = () => {
  throw new TypeError('Atomics.wait cannot be called in this context')
}
const { Queue, SharedMap } = await import('@hakmem/collections')
const { Heap } = await import('@hakmem/core')

const test = suite('collections of a thread that must not block')

test('push to a full queue and pop from an empty one are errors that name what to await', async () => {
  using heap = Heap.create({ bytes: 2 ** 20, threads: 1 })
  const queue = Queue.create(heap, 2)
  assert.throws(() => queue.pop(), /pop: this thread must not block .* Use `await popAsync\(\)`/)
  queue.push(1)
  queue.push(2)
  assert.throws(() => queue.push(3), /push: this thread must not block .* Use `await pushAsync\(\)`/)
  const pushed = queue.pushAsync(3)
  assert.is(queue.pop(), 1)
  await pushed
  assert.equal([await queue.popAsync(), queue.pop()], [2, 3])
})

test('a map works as ever', () => {
  using heap = Heap.create({ bytes: 2 ** 20, threads: 1 })
  const map = SharedMap.create(heap)
  for (let k = 0; k < 100; k++) map.set(`key ${k}`, k)
  assert.is(map.get('key 77'), 77)
})

test.run()
