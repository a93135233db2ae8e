// The asynchronous forms, beside each other and beside the blocking ones, by threads that may be killed at any step: also in
// line, and when they have been woken and have not yet run.

import { Barrier, Condition, Mutex, Once, RWLock, Semaphore } from '@hakmem/sync'
import {
  afterLock,
  barrierScene,
  executes,
  hasPermit,
  locks,
  meets,
  onceScene,
  posts,
  reads,
  replacePermit,
  returnToken,
  stay,
  takesToken,
  waitsAndPosts,
  writes,
} from './scenarios.ts'
import { A_TIME, EVERYBODY, isFree, LOCK, SECOND, scene, VALUE, visit, type World } from './world.ts'

type AsyncPlayer = (world: World) => Promise<void>

// ---- mutex ----------------------------------------------------------------------------------------------------------

const locksAsync =
  (name: string, timeout?: number): AsyncPlayer =>
  async (world) => {
    const lock = new Mutex(world.thread(name), LOCK)
    if (await lock.lockAsync(timeout)) stay(world, name, lock)
  }

const acquiresAsync =
  (name: string): AsyncPlayer =>
  async (world) => {
    const held = await new Mutex(world.thread(name), LOCK).acquireAsync()
    if (held.ownerDied) held.consistent()
    visit(world, name, EVERYBODY)
    held.unlock()
  }

export const mutexAsync = () =>
  scene(
    'two lock a mutex asynchronously, one blocks',
    { a: locksAsync('a'), b: acquiresAsync('b'), c: locks('c') },
    isFree,
  )

export const mutexAsyncTimes = () =>
  scene(
    'one locks a mutex asynchronously, one does for a time only, one blocks',
    { a: locksAsync('a'), b: locksAsync('b', A_TIME), c: locks('c') },
    isFree,
  )

/** Two tasks of a thread, each of which holds the lock while the other one goes on. */
const locksInTwoTasks =
  (name: string): AsyncPlayer =>
  async (world) => {
    let inside = false
    const task = async (timeout?: number) => {
      const lock = new Mutex(world.thread(name), LOCK)
      if (!(await lock.lockAsync(timeout))) return
      if (inside) throw new Error('two tasks are inside at once')
      inside = true
      await undefined
      inside = false
      stay(world, name, lock)
    }
    const one = task()
    const two = task(A_TIME)
    await one
    await two
  }

export const mutexTasks = () =>
  scene(
    'two tasks of one thread lock a mutex, and so does another thread',
    { a: locksInTwoTasks('a'), b: locks('b') },
    isFree,
  )

/** Sleeps for the lock while a task of the same thread awaits it, and could not run if it were woken. */
const locksBothWays =
  (name: string): AsyncPlayer =>
  async (world) => {
    const task = locksAsync(name)(world)
    if (!new Mutex(world.thread(name), LOCK).isHeld) locks(name)(world)
    await task
  }

export const mutexBothWays = () =>
  scene(
    'a thread blocks for a mutex that its task awaits, two others lock it',
    { a: locksBothWays('a'), b: locks('b'), c: locks('c') },
    isFree,
  )

/** Holds the second lock and wants the first. */
const nests =
  (name: string): ((world: World) => void) =>
  (world) => {
    const second = new Mutex(world.thread(name), SECOND)
    second.lock()
    locks(name)(world)
    second.unlock()
  }

/** Sleeps for the second lock while its task awaits the first. */
const awaitsAndBlocks =
  (name: string): AsyncPlayer =>
  async (world) => {
    const task = locksAsync(name)(world)
    const second = new Mutex(world.thread(name), SECOND)
    if (!new Mutex(world.thread(name), LOCK).isHeld) {
      second.lock()
      second.unlock()
    }
    await task
  }

export const mutexNested = () =>
  scene(
    'a thread blocks for a mutex whose owner wants the one that its task awaits',
    { a: awaitsAndBlocks('a'), b: nests('b'), c: locks('c') },
    isFree,
  )

// ---- condition ------------------------------------------------------------------------------------------------------

const takesTokenAsync =
  (name: string, timeout?: number): AsyncPlayer =>
  async (world) => {
    const mutex = new Mutex(world.thread(name), LOCK)
    const condition = new Condition(world.thread(name), SECOND)
    const { words } = world
    await mutex.lockAsync()
    afterLock(mutex, condition)
    let isInTime = true
    while (isInTime && Atomics.load(words, VALUE) !== 0) {
      isInTime = await condition.waitAsync(mutex, timeout)
      afterLock(mutex, condition)
    }
    const isTaken = Atomics.load(words, VALUE) === 0
    if (isTaken) Atomics.store(words, VALUE, world.id(name) + 1)
    mutex.unlock()
    if (!isTaken) return
    await mutex.lockAsync()
    afterLock(mutex, condition)
    if (Atomics.exchange(words, VALUE, 0) !== world.id(name) + 1) throw new Error('two had the token')
    condition.signal()
    mutex.unlock()
  }

export const conditionAsync = () =>
  scene(
    'two await a token that a condition announces',
    { a: takesTokenAsync('a'), b: takesTokenAsync('b') },
    isFree,
    returnToken,
  )

export const conditionMixed = () =>
  scene(
    'one awaits a token that a condition announces for a time only, one blocks',
    { a: takesTokenAsync('a', A_TIME), b: takesToken('b') },
    isFree,
    returnToken,
  )

// ---- semaphore ------------------------------------------------------------------------------------------------------

const awaitsAndPosts =
  (name: string, timeout?: number): AsyncPlayer =>
  async (world) => {
    const semaphore = new Semaphore(world.thread(name), LOCK)
    if (await semaphore.waitAsync(timeout)) semaphore.post()
  }

export const semaphoreAsync = () =>
  scene(
    'a permit goes round, one awaits it, one blocks',
    { a: posts('a', 1), b: awaitsAndPosts('b'), c: waitsAndPosts('c') },
    hasPermit,
    replacePermit,
  )

export const semaphoreAsyncTimes = () =>
  scene(
    'a permit goes round, two await it, one for a time only',
    { a: posts('a', 1), b: awaitsAndPosts('b'), c: awaitsAndPosts('c', A_TIME) },
    hasPermit,
    replacePermit,
  )

// ---- barrier --------------------------------------------------------------------------------------------------------

const meetsAsync =
  (name: string, other: string, rounds: number): AsyncPlayer =>
  async (world) => {
    const barrier = new Barrier(world.thread(name), LOCK)
    for (let round = 1; round <= rounds; round++) {
      Atomics.store(world.words, VALUE + world.id(name), round)
      await barrier.waitAsync()
      if (Atomics.load(world.words, VALUE + world.id(other)) < round) throw new Error(`${other} had not come`)
    }
  }

const meetsAsyncInTime =
  (name: string): AsyncPlayer =>
  async (world) => {
    const barrier = new Barrier(world.thread(name), LOCK)
    Atomics.store(world.words, VALUE + world.id(name), 1)
    if (!(await barrier.waitAsync(A_TIME))) barrier.break()
  }

export const barrierAsync = () =>
  barrierScene('two meet twice, one asynchronously', 2, {
    a: meetsAsync('a', 'b', 2),
    b: meets('b', ['a'], 2),
  })

export const barrierAsyncTimes = () =>
  barrierScene('two meet asynchronously, one breaks the barrier when its time is over', 2, {
    a: meetsAsync('a', 'b', 1),
    b: meetsAsyncInTime('b'),
  })

// ---- once -----------------------------------------------------------------------------------------------------------

const executesAsync =
  (name: string): AsyncPlayer =>
  async (world) => {
    const body = async () => {
      await undefined
      visit(world, name, EVERYBODY)
      Atomics.add(world.words, VALUE, 1)
    }
    await new Once(world.thread(name), LOCK).executeAsync(body)
    if (Atomics.load(world.words, VALUE) === 0) throw new Error('it was not done')
  }

export const onceAsync = () =>
  onceScene('two execute once asynchronously, one blocks', {
    a: executesAsync('a'),
    b: executesAsync('b'),
    c: executes('c'),
  })

export const onceAsyncFails = () =>
  onceScene('one fails to execute once, one does so asynchronously', {
    a: executes('a', true),
    b: executesAsync('b'),
  })

// ---- reader-writer lock ---------------------------------------------------------------------------------------------

const readsAsync =
  (name: string, writers: readonly string[], timeout?: number): AsyncPlayer =>
  async (world) => {
    const lock = new RWLock(world.thread(name), LOCK)
    if (!(await lock.readLockAsync(timeout))) return
    visit(world, name, writers)
    lock.readUnlock()
  }

const writesAsync =
  (name: string, timeout?: number): AsyncPlayer =>
  async (world) => {
    const lock = new RWLock(world.thread(name), LOCK)
    if (!(await lock.writeLockAsync(timeout))) return
    if (lock.ownerDied) lock.consistent()
    visit(world, name, EVERYBODY)
    lock.writeUnlock()
  }

export const rwlockAsync = () =>
  scene(
    'one reads asynchronously, one writes asynchronously',
    { a: readsAsync('a', ['b']), b: writesAsync('b') },
    isFree,
  )

export const rwlockMixed = () =>
  scene(
    'one reads asynchronously, one writes asynchronously for a time only, one writes',
    { a: readsAsync('a', ['b', 'c']), b: writesAsync('b', A_TIME), c: writes('c') },
    isFree,
  )

export const readersAsyncTime = () =>
  scene(
    'one reads asynchronously for a time only, one reads, one writes asynchronously',
    { a: readsAsync('a', ['c'], A_TIME), b: reads('b', ['c']), c: writesAsync('c') },
    isFree,
  )
