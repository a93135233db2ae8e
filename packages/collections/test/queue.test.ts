// The queue in one thread, and between two.

import { Queue, QueueClosedError } from '@hakmem/collections'
import { Heap } from '@hakmem/core'
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
