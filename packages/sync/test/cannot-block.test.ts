// Where the host forbids sleeping, as on a browser's main thread: `Atomics.wait` throws there, and so it does here.

import type { Barrier, Condition, Once, RWLock, Semaphore } from '@hakmem/sync'
import { assert, suite } from '@hakmem/testing'

Atomics.wait = () => {
  throw new TypeError('Atomics.wait cannot be called in this context')
}
const sync = await import('@hakmem/sync')

const test = suite('a thread that must not block')

const TABLE = 512
const memory = new SharedArrayBuffer(TABLE + sync.SyncTable.bytes(2))
const table = new sync.SyncTable(memory, TABLE, 2)
const [here, other] = [table.join(0), table.join(1)]

/** What must wait for the other thread, and the form that may. */
const WAITS: [name: string, wait: () => unknown, instead: string][] = [
  ['Mutex.lock', () => held(sync.Mutex, 0).lock(), 'lockAsync'],
  ['Mutex.timedLock', () => held(sync.Mutex, 0).timedLock(5), 'lockAsync'],
  ['Mutex.acquire', () => held(sync.Mutex, 0).acquire(), 'lockAsync'],
  ['RWLock.readLock', () => written(8).readLock(), 'readLockAsync'],
  ['RWLock.writeLock', () => written(8).writeLock(), 'writeLockAsync'],
  ['Semaphore.wait', () => view<Semaphore>(sync.Semaphore, 16).wait(), 'waitAsync'],
  ['Barrier.wait', () => barrier(20).wait(), 'waitAsync'],
  ['Once.execute', () => begun(24).execute(() => {}), 'executeAsync'],
  ['Condition.wait', () => waits(28, 32), 'waitAsync'],
]

function view<T>(Class: new (thread: typeof here, offset: number) => T, offset: number): T {
  return new Class(here, offset)
}

function held(Class: typeof sync.Mutex, offset: number) {
  new Class(other, offset).tryLock()
  return view(Class, offset)
}

function written(offset: number): RWLock {
  new sync.RWLock(other, offset).tryWriteLock()
  return view(sync.RWLock, offset)
}

function barrier(offset: number): Barrier {
  const one = view<Barrier>(sync.Barrier, offset)
  one.init(2)
  return one
}

/** One that the other thread has begun, seen from within its body. */
function begun(offset: number): Pick<Once, 'execute'> {
  return {
    execute: (body) =>
      new sync.Once(other, offset).execute(() => view<Once>(sync.Once, offset).execute(body)),
  }
}

function waits(offset: number, mutexOffset: number): void {
  const mutex = view(sync.Mutex, mutexOffset)
  mutex.lock()
  try {
    view<Condition>(sync.Condition, offset).wait(mutex)
  } finally {
    mutex.unlock()
  }
}

for (const [name, wait, instead] of WAITS) {
  test(`${name} is an error that names ${instead}`, () => {
    assert.throws(wait, (error: unknown) => {
      assert.instance(error, sync.CannotBlockError)
      assert.match(String(error), new RegExp(`must not block .* Use \`await ${instead}\\(\\)\``))
      return true
    })
  })
}

test('what is free is taken, and what is not is awaited', async () => {
  const mutex = view(sync.Mutex, 36)
  mutex.lock()
  mutex.unlock()
  const others = new sync.Mutex(other, 36)
  assert.ok(others.tryLock())
  assert.not(mutex.tryLock())
  const locked = mutex.lockAsync()
  others.unlock()
  await locked
  assert.ok(mutex.isHeld)
})

test.run()
