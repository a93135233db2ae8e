// Stack overflows, thrown at any call or loop of the package and caught by the caller, whose thread lives on: what it then
// holds it can tell and let go, and nobody sleeps on because of it. Each thread tidies up after itself; one that was struck in
// this has nothing left to tidy, because a schedule strikes once.

import type { Scenario } from '@hakmem/interleave'
import { Condition, Mutex, RWLock, Semaphore } from '@hakmem/sync'
import { takesToken, waitsAndPosts } from './scenarios.ts'
import {
  EVERYBODY,
  isFree,
  LOCK,
  LOCK_AT,
  type Player,
  type Scene,
  SECOND,
  VALUE,
  visit,
  World,
} from './world.ts'

/** Kind of the entry of a read lock. */
const READ = 6
/** Set by whoever was thrown out of a lock that it holds all the same. */
const HELD_UNKNOWN = 7
const INSIDE = 0

type AnyPlayer = (world: World) => void | Promise<void>

/** Every thread plays, and then tidies up. In the end it is checked that at most a place of a held list was lost. */
function overflows(
  name: string,
  players: Readonly<Record<string, AnyPlayer>>,
  tidy: (name: string) => Player,
  check: (world: World) => void,
): Scene {
  const threads: Record<string, Scenario<World>['threads'][string]> = {}
  for (const [who, player] of Object.entries(players)) threads[who] = [player, tidy(who)]
  return {
    name: `${name}; the stack overflows`,
    setup: () => new World(),
    threads,
    check: (world, end) => {
      check(world)
      if (world.words[HELD_UNKNOWN] !== 0) throw new Error('a lock was thrown out of, and held')
      const { words, held, stride } = world.table.members
      for (const who of Object.keys(players)) {
        const first = held + world.id(who) * stride
        const entries = [...words.subarray(first, first + stride - 2)].filter((entry) => entry !== 0)
        if (entries.length > (end.thrown.some(({ thread }) => thread === who) ? 1 : 0))
          throw new Error(`${who} still has the entries ${entries}`)
      }
    },
  }
}

/** Runs what takes the lock; if it throws, the lock must not be held. */
function orNotHeld<T>(world: World, lock: Mutex, take: () => T): T {
  try {
    return take()
  } catch (error) {
    if (lock.isHeld) world.words[HELD_UNKNOWN] = 1
    throw error
  }
}

function lets(world: World, name: string, lock: Mutex): void {
  if (!lock.isHeld) return
  Atomics.store(world.words, INSIDE + world.id(name), 0)
  lock.unlock()
}

const unlocks =
  (name: string): Player =>
  (world) =>
    lets(world, name, new Mutex(world.thread(name), LOCK))

const isFreeNow = (world: World): void => isFree(world, { results: {}, killed: [], thrown: [] })

const locks =
  (name: string): Player =>
  (world) => {
    const lock = new Mutex(world.thread(name), LOCK)
    const take = () => lock.lock()
    orNotHeld(world, lock, take)
    visit(world, name, EVERYBODY)
    lock.unlock()
  }

const acquires =
  (name: string): Player =>
  (world) => {
    const lock = new Mutex(world.thread(name), LOCK)
    const take = () => lock.acquire()
    const held = orNotHeld(world, lock, take)
    visit(world, name, EVERYBODY)
    held.unlock()
  }

const locksAsync =
  (name: string): AnyPlayer =>
  async (world) => {
    const lock = new Mutex(world.thread(name), LOCK)
    try {
      await lock.lockAsync()
    } catch (error) {
      if (lock.isHeld) world.words[HELD_UNKNOWN] = 1
      throw error
    }
    visit(world, name, EVERYBODY)
    lock.unlock()
  }

export const mutexOverflows = () =>
  overflows('three lock a mutex', { a: locks('a'), b: acquires('b'), c: locks('c') }, unlocks, isFreeNow)

export const mutexAsyncOverflows = () =>
  overflows(
    'two lock a mutex asynchronously, one blocks',
    { a: locksAsync('a'), b: locksAsync('b'), c: locks('c') },
    unlocks,
    isFreeNow,
  )

/** Gives back the token, and says so again: the overflow may have come before the signal. */
const returnsToken =
  (name: string): Player =>
  (world) => {
    const mutex = new Mutex(world.thread(name), LOCK)
    const condition = new Condition(world.thread(name), SECOND)
    if (!mutex.isHeld) mutex.lock()
    if (Atomics.load(world.words, VALUE) === world.id(name) + 1) Atomics.store(world.words, VALUE, 0)
    condition.broadcast()
    mutex.unlock()
  }

/** Whoever was struck while it returned a token has it back already. */
export const conditionOverflows = () =>
  overflows(
    'two take a token that a condition announces',
    { a: takesToken('a'), b: takesToken('b') },
    (name) => {
      const tidy = returnsToken(name)
      return (world) => {
        try {
          tidy(world)
        } finally {
          lets(world, name, new Mutex(world.thread(name), LOCK))
        }
      }
    },
    isFreeNow,
  )

/** A permit for the one that may have been lost. */
const posts =
  (name: string): Player =>
  (world) => {
    if (Atomics.load(world.words, LOCK_AT) === 0) new Semaphore(world.thread(name), LOCK).post()
  }

export const semaphoreOverflows = () => {
  const scenario = overflows(
    'a permit goes round',
    { a: waitsAndPosts('a'), b: waitsAndPosts('b'), c: waitsAndPosts('c') },
    posts,
    (world) => {
      if (world.words[LOCK_AT] === 0) throw new Error('the permit was lost')
    },
  )
  const setup = () => {
    const world = new World()
    world.words[LOCK_AT] = 1
    return world
  }
  return { ...scenario, setup }
}

const reads =
  (name: string): Player =>
  (world) => {
    const lock = new RWLock(world.thread(name), LOCK)
    lock.readLock()
    visit(world, name, ['c'])
    lock.readUnlock()
  }

/** By the word: a getter that asks who the owner is could not be stopped in. */
const isWriter = (world: World, name: string): boolean =>
  (world.words[LOCK_AT] & 0xffff) === world.id(name) + 1

const writes =
  (name: string): Player =>
  (world) => {
    const lock = new RWLock(world.thread(name), LOCK)
    try {
      lock.writeLock()
    } catch (error) {
      if (isWriter(world, name)) world.words[HELD_UNKNOWN] = 1
      throw error
    }
    visit(world, name, EVERYBODY)
    lock.writeUnlock()
  }

const unlocksBoth =
  (name: string): Player =>
  (world) => {
    const thread = world.thread(name)
    const lock = new RWLock(thread, LOCK)
    Atomics.store(world.words, INSIDE + world.id(name), 0)
    if (thread.find(LOCK + READ) !== 0) lock.readUnlock()
    if (isWriter(world, name)) lock.writeUnlock()
  }

export const rwlockOverflows = () =>
  overflows('one reads, one writes', { a: reads('a'), c: writes('c') }, unlocksBoth, isFreeNow)
