// The queue in one thread, and between two.

import { Queue, QueueClosedError } from '@hakmem/collections'
import { Heap } from '@hakmem/core'
import { InvalidValueError } from '@hakmem/sync'
import { assert, suite } from '@hakmem/testing'

const test = suite('queue')

test('values come out in the order in which they went in, as many as there is room for', () => {
  const heap = Heap.create({ bytes: 2 ** 20, threads: 1 })
  const queue = Queue.create(heap, 4)
  for (let round = 0; round < 5; round++) {
    for (const value of [1, 2 ** 32 - 1, 3, 4]) assert.ok(queue.tryPush(value))
    assert.not(queue.tryPush(5))
    assert.is(queue.size, 4)
    assert.equal(
      [1, 2, 3, 4, 5].map(() => queue.tryPop()),
      [1, 2 ** 32 - 1, 3, 4, 0],
    )
  }
})

test('several go in and come out at once, as many as there is room for, or there are', () => {
  const heap = Heap.create({ bytes: 2 ** 20, threads: 1 })
  const queue = Queue.create(heap, 4)
  const into = new Uint32Array(3)
  for (let round = 0; round < 5; round++) {
    assert.is(queue.tryPushMany(Uint32Array.of(1, 2 ** 32 - 1, 3)), 3)
    assert.is(queue.tryPushMany(Uint32Array.of(4, 5, 6)), 1)
    assert.is(queue.tryPushMany(new Uint32Array(0)), 0)
    assert.is(queue.tryPopMany(new Uint32Array(0)), 0)
    assert.is(queue.popMany(into), 3)
    assert.equal([...into], [1, 2 ** 32 - 1, 3])
    assert.is(queue.tryPopMany(into), 1)
    assert.is(into[0], 4)
    assert.is(queue.tryPopMany(into), 0)
  }
})

test('what is no heap or no value is refused, and said', () => {
  const heap = Heap.create({ bytes: 2 ** 20, threads: 1 })
  for (const make of [
    () => Queue.create(heap.handle as Heap, 4),
    () => Queue.at(undefined as unknown as Heap, 64),
  ]) {
    assert.throws(make, /the heap must be what Heap.create or Heap.attach returned/)
  }
  assert.throws(() => Queue.create(heap, 4).push(0), /push: the value must be a whole number from 1 .* got 0/)
})

test('of several that are no values, none goes in', () => {
  const heap = Heap.create({ bytes: 2 ** 20, threads: 1 })
  const queue = Queue.create(heap, 4)
  const wrong: unknown[] = [Uint32Array.of(1, 0, 2), [1, 2], Int32Array.of(1), undefined, 7]
  for (const values of wrong)
    assert.throws(
      () => queue.tryPushMany(values as Uint32Array),
      (error: unknown) => error instanceof InvalidValueError,
    )
  for (const count of [3, -1, 0.5, Number.NaN])
    assert.throws(
      () => queue.pushMany(Uint32Array.of(1, 2), count),
      (error: unknown) => error instanceof InvalidValueError,
    )
  assert.is(queue.size, 0)
  queue.pushMany(Uint32Array.of(5, 6, 7), 2)
  queue.close()
  for (const values of [Uint32Array.of(7), new Uint32Array(0)])
    assert.throws(
      () => queue.pushMany(values),
      (error: unknown) => error instanceof QueueClosedError,
    )
  const into = new Uint32Array(8)
  assert.equal([queue.popMany(into), queue.popMany(into)], [2, 0])
  assert.equal([...into.subarray(0, 2)], [5, 6])
})

test('a closed queue gives what is left and takes nothing', () => {
  const heap = Heap.create({ bytes: 2 ** 20, threads: 1 })
  const queue = Queue.create(heap, 4)
  queue.push(7)
  queue.close()
  assert.throws(
    () => queue.push(8),
    (error: unknown) => error instanceof QueueClosedError,
  )
  assert.equal([queue.pop(), queue.pop()], [7, 0])
})

test.run()
