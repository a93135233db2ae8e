// What each primitive does in one thread.

import { Condition, DeadlockError, Mutex, PermissionError, SyncTable } from '@hakmem/sync'
import { assert, suite } from '@hakmem/testing'

const test = suite('sync')

function place() {
  const memory = new SharedArrayBuffer(1024)
  const table = new SyncTable(memory, 512, 4)
  return { memory, table, thread: table.join(0) }
}

test('a mutex is held by the thread that locked it, until it unlocks', () => {
  const { thread } = place()
  const mutex = new Mutex(thread, 8)
  assert.is(mutex.owner, undefined)
  mutex.lock()
  assert.is(mutex.owner, 0)
  assert.is(mutex.tryLock(), false)
  assert.throws(
    () => mutex.lock(),
    (error: unknown) => error instanceof DeadlockError,
  )
  mutex.unlock()
  assert.is(mutex.owner, undefined)
  assert.throws(
    () => mutex.unlock(),
    (error: unknown) => error instanceof PermissionError,
  )
})

test('a condition gives the mutex back when its time is over', () => {
  const { thread } = place()
  const mutex = new Mutex(thread, 8)
  const condition = new Condition(thread, 12)
  mutex.lock()
  assert.is(condition.timedWait(mutex, 1), false)
  assert.ok(mutex.isHeld)
  mutex.unlock()
})

test.run()
