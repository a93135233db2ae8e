// The scenarios: each primitive, by threads that may be killed at any step. That every thread which lives ends is what a
// lost wake-up would break: nobody left to wake a sleeper is a failure by itself.

import {
  Barrier,
  BrokenBarrierError,
  Condition,
  Mutex,
  Once,
  RWLock,
  Semaphore,
  SpinLock,
} from '@hakmem/sync'
import {
  A_TIME,
  type Check,
  checkWorld,
  DIED,
  EVERYBODY,
  isFree,
  LOCK,
  LOCK_AT,
  type Player,
  type Scene,
  SECOND,
  scene,
  VALUE,
  visit,
  World,
} from './world.ts'

// ---- mutex and spin lock --------------------------------------------------------------------------------------------

export function stay(world: World, name: string, lock: Mutex): void {
  if (lock.ownerDied) lock.consistent()
  visit(world, name, EVERYBODY)
  lock.unlock()
}

export const locks =
  (name: string): Player =>
  (world) => {
    const lock = new Mutex(world.thread(name), LOCK)
    lock.lock()
    stay(world, name, lock)
  }

const locksInTime =
  (name: string): Player =>
  (world) => {
    const lock = new Mutex(world.thread(name), LOCK)
    if (lock.timedLock(A_TIME)) stay(world, name, lock)
  }

const triesToLock =
  (name: string): Player =>
  (world) => {
    const lock = new Mutex(world.thread(name), LOCK)
    if (lock.tryLock()) stay(world, name, lock)
  }

const spins =
  (name: string): Player =>
  (world) => {
    const lock = new SpinLock(world.thread(name), LOCK)
    lock.lock()
    stay(world, name, lock)
  }

export const mutex = () =>
  scene('three lock a mutex', { a: locks('a'), b: locks('b'), c: locks('c') }, isFree)

export const mutexTimes = () =>
  scene(
    'two lock a mutex, one for a time only',
    { a: locks('a'), b: locks('b'), c: locksInTime('c') },
    isFree,
  )

export const mutexTries = () =>
  scene('two lock a mutex, one tries to', { a: locks('a'), b: locks('b'), c: triesToLock('c') }, isFree)

export const mutexTwice = () =>
  scene('two lock a mutex twice', { a: [locks('a'), locks('a')], b: [locks('b'), locksInTime('b')] }, isFree)

export const spinLock = () => scene('two spin for a lock', { a: spins('a'), b: spins('b') }, isFree)

// ---- condition: a token under a mutex -------------------------------------------------------------------------------

/** Whoever learns that an owner died wakes all: it may have changed what they wait for, and not said so. */
export function afterLock(mutex: Mutex, condition: Condition): void {
  if (!mutex.ownerDied) return
  condition.broadcast()
  mutex.consistent()
}

/** Takes the token as soon as it is there, and gives it back. */
export const takesToken =
  (name: string, timeout?: number): Player =>
  (world) => {
    const mutex = new Mutex(world.thread(name), LOCK)
    const condition = new Condition(world.thread(name), SECOND)
    const { words } = world
    mutex.lock()
    afterLock(mutex, condition)
    let isInTime = true
    while (isInTime && Atomics.load(words, VALUE) !== 0) {
      if (timeout === undefined) condition.wait(mutex)
      else isInTime = condition.timedWait(mutex, timeout)
      afterLock(mutex, condition)
    }
    const isTaken = Atomics.load(words, VALUE) === 0
    if (isTaken) Atomics.store(words, VALUE, world.id(name) + 1)
    mutex.unlock()
    if (!isTaken) return
    mutex.lock()
    afterLock(mutex, condition)
    if (Atomics.exchange(words, VALUE, 0) !== world.id(name) + 1) throw new Error('two had the token')
    condition.signal()
    mutex.unlock()
  }

/** Gives back the token that the dead thread had taken. */
export function returnToken(world: World, reaper: string, dead: string): void {
  const mutex = new Mutex(world.thread(reaper), LOCK)
  const condition = new Condition(world.thread(reaper), SECOND)
  mutex.lock()
  afterLock(mutex, condition)
  if (Atomics.load(world.words, VALUE) === world.id(dead) + 1) {
    Atomics.store(world.words, VALUE, 0)
    condition.signal()
  }
  mutex.unlock()
}

export const condition = () =>
  scene(
    'three take a token that a condition announces',
    { a: takesToken('a'), b: takesToken('b'), c: takesToken('c') },
    isFree,
    returnToken,
  )

export const conditionOfTwo = () =>
  scene(
    'two take a token that a condition announces',
    { a: takesToken('a'), b: takesToken('b') },
    isFree,
    returnToken,
  )

export const conditionTimes = () =>
  scene(
    'two take a token that a condition announces, one waits for a time only',
    { a: takesToken('a'), b: takesToken('b'), c: takesToken('c', A_TIME) },
    isFree,
    returnToken,
  )

// ---- semaphore: a permit that goes round -----------------------------------------------------------------------------

export const posts =
  (name: string, count: number): Player =>
  (world) =>
    new Semaphore(world.thread(name), LOCK).post(count)

export const waitsAndPosts =
  (name: string): Player =>
  (world) => {
    const semaphore = new Semaphore(world.thread(name), LOCK)
    semaphore.wait()
    semaphore.post()
  }

const waitsInTime =
  (name: string): Player =>
  (world) => {
    const semaphore = new Semaphore(world.thread(name), LOCK)
    if (semaphore.timedWait(A_TIME)) semaphore.post()
  }

/** A permit for the one that the dead thread took, if there is none. */
export function replacePermit(world: World, reaper: string): void {
  if (Atomics.load(world.words, LOCK_AT) === 0) new Semaphore(world.thread(reaper), LOCK).post()
}

export const hasPermit: Check = (world) => {
  if (world.words[LOCK_AT] === 0) throw new Error('the permit was lost')
}

export const semaphore = () =>
  scene(
    'a permit goes round',
    { a: posts('a', 1), b: waitsAndPosts('b'), c: waitsAndPosts('c') },
    hasPermit,
    replacePermit,
  )

export const semaphoreTimes = () =>
  scene(
    'a permit goes round, one waits for a time only',
    { a: posts('a', 1), b: waitsAndPosts('b'), c: waitsInTime('c') },
    hasPermit,
    replacePermit,
  )

// ---- barrier --------------------------------------------------------------------------------------------------------

/** Comes to the barrier `rounds` times; nobody may be a round ahead of another. */
export const meets =
  (name: string, others: readonly string[], rounds: number): Player =>
  (world) => {
    const barrier = new Barrier(world.thread(name), LOCK)
    for (let round = 1; round <= rounds; round++) {
      Atomics.store(world.words, VALUE + world.id(name), round)
      barrier.wait()
      for (const other of others) {
        if (Atomics.load(world.words, VALUE + world.id(other)) < round)
          throw new Error(`${other} had not come`)
      }
    }
  }

const meetsInTime =
  (name: string): Player =>
  (world) => {
    const barrier = new Barrier(world.thread(name), LOCK)
    if (!barrier.timedWait(A_TIME)) barrier.break()
  }

function breakUp(world: World, reaper: string): void {
  new Barrier(world.thread(reaper), LOCK).break()
}

export function barrierScene(name: string, parties: number, threads: Scene['threads']): Scene {
  const scenario = scene(name, threads, () => undefined, breakUp)
  return {
    ...scenario,
    setup: () => {
      const world = new World()
      world.words[LOCK_AT] = parties << 10
      return world
    },
    mayThrow: (error) => error instanceof BrokenBarrierError,
  }
}

export const barrier = () =>
  barrierScene('two meet twice', 2, { a: meets('a', ['b'], 2), b: meets('b', ['a'], 2) })

export const barrierOfThree = () =>
  barrierScene('three meet', 3, {
    a: meets('a', ['b', 'c'], 1),
    b: meets('b', ['a', 'c'], 1),
    c: meets('c', ['a', 'b'], 1),
  })

export const barrierTimes = () =>
  barrierScene('two meet, one that breaks the barrier when its time is over', 2, {
    a: meets('a', [], 1),
    b: meetsInTime('b'),
  })

/** Comes for a time only; what it said when it came is taken back if that time is over. */
export const barrierMissed = () => {
  const player: Player = (world) => {
    const isMet = new Barrier(world.thread('a'), LOCK).timedWait(A_TIME)
    if (isMet) throw new Error('it met nobody')
  }
  const scenario = barrierScene('one waits for a second one, that never comes', 2, { a: player })
  const check: Scene['check'] = (world, end) => {
    scenario.check(world, end)
    if (end.killed.length === 0 && world.words[LOCK_AT] !== 2 << 10) throw new Error('it counts as come')
  }
  return { ...scenario, check }
}

// ---- once -----------------------------------------------------------------------------------------------------------

export const executes =
  (name: string, fails = false): Player =>
  (world) => {
    const once = new Once(world.thread(name), LOCK)
    const body = () => {
      visit(world, name, EVERYBODY)
      if (fails) throw new RangeError('on purpose')
      Atomics.add(world.words, VALUE, 1)
    }
    once.execute(body)
    if (Atomics.load(world.words, VALUE) === 0) throw new Error('it was not done')
  }

export function onceScene(name: string, threads: Scene['threads']): Scene {
  const check: Check = (world, end) => {
    const times = world.words[VALUE]
    const most = end.killed.length > 0 ? 2 : 1
    if (times > most) throw new Error(`it was done ${times} times`)
  }
  return { ...scene(name, threads, check), mayThrow: (error) => error instanceof RangeError }
}

export const once = () =>
  onceScene('three execute once', { a: executes('a'), b: executes('b'), c: executes('c') })

const executesInTime =
  (name: string, timeout: number): Player =>
  (world) => {
    const once = new Once(world.thread(name), LOCK)
    const body = () => {
      visit(world, name, EVERYBODY)
      Atomics.add(world.words, VALUE, 1)
    }
    const isDone = timeout === 0 ? once.tryExecute(body) : once.timedExecute(body, timeout)
    if (isDone && Atomics.load(world.words, VALUE) === 0) throw new Error('it was not done')
  }

export const onceTimes = () =>
  onceScene('one executes once, one does for a time only, one tries to', {
    a: executes('a'),
    b: executesInTime('b', A_TIME),
    c: executesInTime('c', 0),
  })

export const onceFails = () =>
  onceScene('one fails to execute once', { a: executes('a', true), b: executes('b'), c: executes('c') })

// ---- reader-writer lock ---------------------------------------------------------------------------------------------

export const reads =
  (name: string, writers: readonly string[], timeout?: number): Player =>
  (world) => {
    const lock = new RWLock(world.thread(name), LOCK)
    if (timeout === undefined) lock.readLock()
    else if (!lock.timedReadLock(timeout)) return
    visit(world, name, writers)
    lock.readUnlock()
  }

export const writes =
  (name: string, timeout?: number): Player =>
  (world) => {
    const lock = new RWLock(world.thread(name), LOCK)
    if (timeout === undefined) lock.writeLock()
    else if (!(timeout === 0 ? lock.tryWriteLock() : lock.timedWriteLock(timeout))) return
    if (lock.ownerDied) lock.consistent()
    visit(world, name, EVERYBODY)
    lock.writeUnlock()
  }

export const readers = () =>
  scene('two read, one writes', { a: reads('a', ['c']), b: reads('b', ['c']), c: writes('c') }, isFree)

export const writers = () =>
  scene('one reads, two write', { a: reads('a', ['b', 'c']), b: writes('b'), c: writes('c') }, isFree)

export const writersTime = () =>
  scene(
    'one reads, one writes, one waits to write for a time only',
    { a: reads('a', ['b', 'c']), b: writes('b'), c: writes('c', A_TIME) },
    isFree,
  )

export const readersTime = () =>
  scene(
    'one reads for a time only, one writes, one tries to',
    { a: reads('a', ['b', 'c'], A_TIME), b: writes('b'), c: writes('c', 0) },
    isFree,
  )

// ---- reaping: `a` is dead before the threads start, and whoever reaps it may die too --------------------------------

const reaps: Player = (world) => world.table.reap(world.id('a'), world.id('r1'))

/** `prepare`: what `a` did before it died. */
function reaping(name: string, prepare: Player, threads: Scene['threads'], check: Check): Scene {
  return {
    name: `${name}; the reaper may die`,
    setup: () => {
      const world = new World()
      prepare(world)
      return world
    },
    threads: { ...threads, r1: reaps },
    reaper: (world, dead) => {
      // What `r1` was to reap is reaped with it, as it is with a parent and its workers.
      world.table.reap(world.id('a'), world.id('r2'))
      world.table.reap(world.id(dead), world.id('r2'))
    },
    check: (world, end) => {
      checkWorld(world, { ...end, killed: [...end.killed, { thread: 'a', operation: 0, where: 'before' }] })
      check(world, end)
    },
  }
}

/** Free, and marked if its owner died last of all that had it. */
const isFreeAfterDeath: Check = (world) => {
  const word = world.words[LOCK_AT]
  if (word !== 0 && word !== DIED) throw new Error(`the lock's word is ${word}`)
}

export const mutexReaped = () =>
  reaping(
    'a dead thread holds a mutex that two want',
    (world) => new Mutex(world.thread('a'), LOCK).lock(),
    { b: locks('b'), c: locks('c') },
    isFreeAfterDeath,
  )

export const readerReaped = () =>
  reaping(
    'a dead thread reads what another wants to write',
    (world) => new RWLock(world.thread('a'), LOCK).readLock(),
    { b: writes('b') },
    isFreeAfterDeath,
  )

export const writerReaped = () =>
  reaping(
    'a dead thread writes what others want to read and write',
    (world) => new RWLock(world.thread('a'), LOCK).writeLock(),
    { b: writes('b'), c: reads('c', ['b']) },
    isFreeAfterDeath,
  )
