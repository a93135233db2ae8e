// Real workers on a heap: they contend, wait without blocking, and die with locks in their hands.

import { Heap } from '@hakmem/core'
import { Condition, Mutex, Once, RWLock, Semaphore } from '@hakmem/sync'
import { assert, nextMessage, startWorker, suite } from '@hakmem/testing'

const test = suite('deaths')

const URL_OF_WORKER = new URL('./deaths.worker.js', import.meta.url)

function stage() {
  const heap = Heap.create({ bytes: 2 ** 22, threads: 4 })
  const at = heap.calloc(1, 64)
  const start = (does: string) => startWorker(URL_OF_WORKER, { heap: heap.handle, at, does })
  return { heap, at, start }
}

test('threads that add under a mutex lose no addition', async () => {
  const { heap, at, start } = stage()
  const workers = [start('add'), start('add'), start('add')]
  for (const worker of workers) assert.is(await nextMessage(worker), 'done')
  assert.is(heap.I32[(at >>> 2) + 1], 3000)
})

for (const does of ['hold', 'holdAndExit']) {
  test(`the mutex of a worker that ends (${does}) goes to the one that waits, which is told`, async () => {
    const { heap, start } = stage()
    const holder = start(does)
    using _ = heap.watch(holder)
    assert.is(await nextMessage(holder), 'holds')
    const waiter = start('want')
    assert.is(await nextMessage(waiter), 'wants')
    if (does === 'hold') await holder.terminate()
    assert.is(await nextMessage(waiter), true)
  })
}

test('the main thread waits for a dead worker’s mutex without blocking, and repairs', async () => {
  const { heap, at, start } = stage()
  const holder = start('hold')
  using _ = heap.watch(holder)
  await nextMessage(holder)
  const mutex = new Mutex(heap.sync, at)
  assert.not(mutex.tryLock())
  assert.not(await mutex.lockAsync(1))
  const waiting = mutex.acquireAsync()
  await holder.terminate()
  const guard = await waiting
  assert.ok(guard.ownerDied)
  guard.consistent()
  guard.unlock()
  assert.not(mutex.acquire().ownerDied)
})

test('a dead reader keeps no writer out', async () => {
  const { heap, at, start } = stage()
  const reader = start('read')
  using _ = heap.watch(reader)
  await nextMessage(reader)
  assert.not(new RWLock(heap.sync, at).tryWriteLock())
  const writer = start('write')
  assert.is(await nextMessage(writer), 'wants')
  await reader.terminate()
  assert.is(await nextMessage(writer), false)
})

test('tasks of one thread wait for each other', async () => {
  const { heap, at } = stage()
  const mutex = new Mutex(heap.sync, at)
  let inside = 0
  const task = async () => {
    using _ = await mutex.acquireAsync()
    assert.is(++inside, 1)
    await new Promise((resolve) => setTimeout(resolve, 1))
    inside--
  }
  await Promise.all([task(), task(), task()])
  assert.is(mutex.owner, undefined)
})

test('a semaphore is waited for without blocking', async () => {
  const { heap, at, start } = stage()
  const echo = start('echo')
  await nextMessage(echo)
  const [ask, answer] = [new Semaphore(heap.sync, at), new Semaphore(heap.sync, at + 4)]
  for (let k = 0; k < 100; k++) {
    ask.post()
    assert.ok(await answer.waitAsync())
  }
  assert.not(await answer.waitAsync(1))
})

test('a condition is waited for without blocking', async () => {
  const { heap, at, start } = stage()
  const [mutex, condition] = [new Mutex(heap.sync, at), new Condition(heap.sync, at + 4)]
  await mutex.lockAsync()
  start('signal')
  while (heap.I32[(at >>> 2) + 2] === 0) await condition.waitAsync(mutex)
  assert.ok(mutex.isHeld)
  assert.not(await condition.waitAsync(mutex, 1))
  mutex.unlock()
})

test('readers and a writer of one thread wait for each other without blocking', async () => {
  const { heap, at } = stage()
  const lock = new RWLock(heap.sync, at)
  const seen: string[] = []
  lock.readLock()
  const writing = lock.acquireWriteAsync().then((guard) => {
    seen.push('write')
    guard.unlock()
  })
  const reading = new Promise((resolve) => setTimeout(resolve, 5)).then(() => {
    seen.push('read')
    lock.readUnlock()
  })
  await Promise.all([writing, reading])
  assert.equal(seen, ['read', 'write'])
  using _ = await lock.acquireReadAsync()
  assert.not(await lock.writeLockAsync(1))
})

test('what is done once is awaited by the others', async () => {
  const { heap, at } = stage()
  const once = new Once(heap.sync, at)
  let times = 0
  const body = async () => {
    await new Promise((resolve) => setTimeout(resolve, 1))
    times++
  }
  await Promise.all([once.executeAsync(body), once.executeAsync(body)])
  assert.is(times, 1)
  assert.ok(once.isDone)
})

test.run()
