// What each primitive does in one thread, and what it says when it is used wrongly.

import {
  Barrier,
  Condition,
  HELD,
  Mutex,
  Once,
  RWLock,
  Semaphore,
  SpinLock,
  SyncTable,
  type SyncThread,
} from '@hakmem/sync'
import { assert, suite } from '@hakmem/testing'

const test = suite('sync')

const TABLE = 512

function place(threads = 4) {
  const memory = new SharedArrayBuffer(TABLE + SyncTable.bytes(threads))
  const table = new SyncTable(memory, TABLE, threads)
  return { memory, table, thread: table.join(0) }
}

function throws(body: () => unknown, code: string): void {
  assert.throws(body, (error: unknown) => error instanceof Error && 'code' in error && error.code === code)
}

test('what is no thread is refused, and what one is, is said', () => {
  for (const thread of [undefined, {}, 3] as unknown[]) {
    assert.throws(
      () => new Mutex(thread as SyncThread, 8),
      /Mutex: the thread must be a heap's `sync`, or what SyncTable.join returned, got/,
    )
  }
})

for (const Lock of [Mutex, SpinLock]) {
  test(`${Lock.name}: held by the thread that locked it, until it unlocks`, () => {
    const { thread } = place()
    const lock = new Lock(thread, 8)
    assert.is(lock.owner, undefined)
    lock.lock()
    assert.is(lock.owner, 0)
    assert.not(lock.tryLock())
    throws(() => lock.lock(), 'ERR_HAKMEM_DEADLOCK')
    throws(() => lock.timedLock(1), 'ERR_HAKMEM_DEADLOCK')
    lock.unlock()
    assert.is(lock.owner, undefined)
    throws(() => lock.unlock(), 'ERR_HAKMEM_PERMISSION')
    throws(() => lock.consistent(), 'ERR_HAKMEM_PERMISSION')
  })

  test(`${Lock.name}: another thread waits no longer than its time`, () => {
    const { table, thread } = place()
    new Lock(thread, 8).lock()
    const other = new Lock(table.join(1), 8)
    assert.not(other.tryLock())
    assert.not(other.timedLock(2))
    throws(() => other.unlock(), 'ERR_HAKMEM_PERMISSION')
    throws(() => other.timedLock(Number.NaN), 'ERR_HAKMEM_INVALID_VALUE')
  })
}

test('a guard unlocks what it locked, once, wherever the view has been moved', () => {
  const { thread } = place()
  const mutex = new Mutex(thread, 8)
  {
    using held = mutex.acquire()
    mutex.moveTo(12)
    assert.ok(mutex.tryLock())
    held.unlock()
    assert.ok(mutex.isHeld)
  }
  mutex.unlock()
  assert.is(mutex.moveTo(8).owner, undefined)
  assert.is(mutex.tryAcquire()?.ownerDied, false)
  assert.is(mutex.tryAcquire(), undefined)
})

test('every owner is told of a death until one says that all is whole again', () => {
  const { table, thread } = place()
  const mutex = new Mutex(thread, 8)
  new Mutex(table.join(1), 8).lock()
  assert.ok(table.reap(1, 0))
  assert.not(table.reap(1, 0))
  for (let turn = 0; turn < 2; turn++) {
    assert.ok(mutex.tryLock())
    assert.ok(mutex.ownerDied)
    mutex.unlock()
  }
  mutex.lock()
  mutex.consistent()
  mutex.unlock()
  using held = mutex.acquire()
  assert.not(held.ownerDied)
})

test('the first and the last word of the memory may be locks', () => {
  const { memory, table, thread } = place()
  const other = table.join(1)
  const last = memory.byteLength - 4
  // The table ends there: its last entry is never used here.
  for (const offset of [0, last]) new Mutex(other, offset).lock()
  table.reap(1, 0)
  for (const offset of [0, last]) assert.ok(new Mutex(thread, offset).acquire().ownerDied)
})

test('who leaves the table hands on what it holds, and its place is free', () => {
  const { table, thread } = place(2)
  const other = table.join(1)
  throws(() => table.join(2), 'ERR_HAKMEM_TOO_MANY_MEMBERS')
  new Mutex(other, 8).lock()
  table.leave(other)
  assert.ok(new Mutex(thread, 8).acquire().ownerDied)
  assert.is(table.join(2).id, 2)
})

test('a thread that joins again still holds what it held', () => {
  const { table, thread } = place()
  new Mutex(thread, 8).lock()
  const again = table.join(0)
  new Mutex(again, 8).unlock()
  assert.is(new Mutex(again, 8).owner, undefined)
})

test('a thread holds so many locks at once, in any order', () => {
  const { thread } = place()
  const locks = Array.from({ length: HELD + 1 }, (_, k) => new Mutex(thread, 4 * k))
  for (const lock of locks.slice(0, HELD)) lock.lock()
  throws(() => locks[HELD].lock(), 'ERR_HAKMEM_TOO_MANY_LOCKS')
  assert.is(locks[HELD].owner, undefined)
  locks[3].unlock()
  locks[HELD].lock()
  for (const lock of locks) if (lock !== locks[3]) lock.unlock()
  for (const lock of locks) assert.is(lock.owner, undefined)
})

test('many may read, or one may write', () => {
  const { table, thread } = place()
  const mine = new RWLock(thread, 8)
  const other = new RWLock(table.join(1), 8)
  mine.readLock()
  mine.readLock()
  assert.ok(other.tryReadLock())
  assert.not(other.tryWriteLock())
  throws(() => mine.writeLock(), 'ERR_HAKMEM_DEADLOCK')
  other.readUnlock()
  mine.readUnlock()
  assert.not(other.timedWriteLock(2))
  mine.readUnlock()
  throws(() => mine.readUnlock(), 'ERR_HAKMEM_PERMISSION')
  assert.ok(other.tryWriteLock())
  assert.is(mine.owner, 1)
  assert.not(mine.tryReadLock())
  assert.not(mine.timedReadLock(2))
  throws(() => other.readLock(), 'ERR_HAKMEM_DEADLOCK')
  throws(() => mine.writeUnlock(), 'ERR_HAKMEM_PERMISSION')
  other.writeUnlock()
  {
    using _ = mine.acquireWrite()
    assert.not(other.tryReadLock())
    assert.is(other.tryAcquireRead(), undefined)
    assert.is(other.tryAcquireWrite(2), undefined)
  }
  {
    using held = other.tryAcquireRead()
    assert.is(held?.ownerDied, false)
    assert.is(mine.tryAcquireWrite(), undefined)
  }
  using held = mine.tryAcquireWrite(2)
  assert.ok(held)
  assert.not(other.tryReadLock())
})

test('a condition gives the mutex back when its time is over, and asks for it before', () => {
  const { thread } = place()
  const mutex = new Mutex(thread, 8)
  const condition = new Condition(thread, 12)
  throws(() => condition.wait(mutex), 'ERR_HAKMEM_PERMISSION')
  mutex.lock()
  assert.not(condition.timedWait(mutex, 1))
  assert.ok(mutex.isHeld)
  mutex.unlock()
  condition.broadcast()
})

test('a semaphore gives out what was posted', () => {
  const { thread } = place()
  const semaphore = new Semaphore(thread, 8)
  assert.not(semaphore.tryWait())
  semaphore.post(2)
  semaphore.wait()
  assert.is(semaphore.value, 1)
  assert.ok(semaphore.timedWait(1))
  assert.not(semaphore.timedWait(1))
  semaphore.post(2 ** 31 - 1)
  throws(() => semaphore.post(), 'ERR_HAKMEM_INVALID_VALUE')
  throws(() => semaphore.post(0.5), 'ERR_HAKMEM_INVALID_VALUE')
})

test('a barrier lets its parties go together, and nobody when it is broken', async () => {
  const { table, thread } = place()
  const [mine, other] = [thread, table.join(1)].map((t) => new Barrier(t, 8))
  throws(() => mine.wait(), 'ERR_HAKMEM_NOT_INITIALISED')
  assert.is(mine.init(2).parties, 2)
  assert.not(mine.timedWait(1))
  for (let round = 0; round < 3000; round++) {
    const waiting = mine.waitAsync()
    assert.ok(other.wait())
    assert.ok(await waiting)
  }
  const waiting = mine.waitAsync()
  other.break()
  assert.is(await waiting.catch((error: { code: string }) => error.code), 'ERR_HAKMEM_BROKEN_BARRIER')
  throws(() => other.wait(), 'ERR_HAKMEM_BROKEN_BARRIER')
  assert.ok(mine.init(1).wait())
})

test('what throws was not done once', () => {
  const { thread } = place()
  const once = new Once(thread, 8)
  assert.throws(() =>
    once.execute(() => {
      throw new RangeError('on purpose')
    }),
  )
  assert.not(once.isDone)
  let times = 0
  const body = () => {
    times++
    throws(() => once.execute(body), 'ERR_HAKMEM_DEADLOCK')
  }
  once.execute(body)
  once.execute(body)
  assert.is(times, 1)
  assert.ok(once.isDone)
})

test('what another thread is doing once is not waited for, or for a time only', () => {
  const { table, thread } = place()
  const once = new Once(thread, 8)
  const other = new Once(table.join(1), 8)
  let times = 0
  once.execute(() => {
    times++
    assert.not(other.tryExecute(() => times++))
    assert.not(other.timedExecute(() => times++, 2))
  })
  assert.ok(other.tryExecute(() => times++))
  assert.ok(other.timedExecute(() => times++, 2))
  assert.is(times, 1)
  assert.ok(new Once(thread, 12).tryExecute(() => times++))
  assert.is(times, 2)
})

test('what is no place for a primitive is an error', () => {
  const { memory, thread } = place()
  const kinds: (new (thread: SyncThread, offset: number) => unknown)[] = [
    Mutex,
    SpinLock,
    RWLock,
    Condition,
    Semaphore,
    Barrier,
    Once,
  ]
  for (const Kind of kinds) {
    for (const offset of [-4, 2, 0.5, memory.byteLength, Number.NaN]) {
      throws(() => new Kind(thread, offset), 'ERR_HAKMEM_INVALID_VALUE')
    }
  }
  throws(() => new SyncTable(memory, 0, 10_000), 'ERR_HAKMEM_INVALID_VALUE')
  throws(() => new SyncTable(memory, 0, 0), 'ERR_HAKMEM_INVALID_VALUE')
})

test('in a part of a buffer offsets count from where the part begins', () => {
  const memory = new SharedArrayBuffer(4096)
  const part = new Int32Array(memory, 1024, 256)
  const thread = new SyncTable(part, 0, 2).join(5)
  new Mutex(thread, 512).lock()
  assert.is.not(new Int32Array(memory)[(1024 + 512) / 4], 0)
})

test.run()
