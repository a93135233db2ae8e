// The queue, by threads that may be killed at any step. What came out, of what went in, is told by what the operations
// returned; that every thread which lives ends is what a lost wake-up would break.

import { QueueClosedError } from '@hakmem/collections'
import type { End, Scenario } from '@hakmem/interleave'
import { checkMembers, World } from './queue-world.ts'

export type Scene = Scenario<World>
type Player = (world: World) => number | readonly number[] | Promise<number> | Promise<readonly number[]>

/** Long enough never to be over by the clock: that a time is over is the scheduler's choice. */
const A_TIME = 1e9

const pushes =
  (name: string, value: number): Player =>
  (world) => {
    world.queue(name).push(value)
    return 0
  }

const pushesInTime =
  (name: string, value: number): Player =>
  (world) =>
    world.queue(name).timedPush(value, A_TIME) ? 0 : value

const pops =
  (name: string): Player =>
  (world) =>
    world.queue(name).pop()

const popsInTime =
  (name: string): Player =>
  (world) =>
    world.queue(name).timedPop(A_TIME)

const closes =
  (name: string): Player =>
  (world) => {
    world.queue(name).close()
    return 0
  }

const pushesMany =
  (name: string, ...values: number[]): Player =>
  (world) => {
    world.queue(name).pushMany(Uint32Array.from(values))
    return 0
  }

/** Two, at once if they are there. */
const popsTwo =
  (name: string): Player =>
  (world) => {
    const queue = world.queue(name)
    const into = new Uint32Array(2)
    if (queue.popMany(into) === 1) into[1] = queue.pop()
    return [into[0], into[1]]
  }

/** What a reaper does for those who would wait for the dead thread for ever. */
function closeFor(world: World, reaper: string): void {
  world.queue(reaper).close()
}

/** What each call of a thread pushes: a value, or several at once. */
type Pushed = Readonly<Record<string, readonly (number | readonly number[])[]>>

/**
 * `values`: what is pushed, by thread. In the end each is in the queue, came out once, was refused (its push returned it,
 * or threw), or is one of `lost` that a dead thread was pushing or popping at once; and of one thread they came out in order.
 */
function scene(name: string, capacity: number, values: Pushed, threads: Scene['threads'], lost = 1): Scene {
  return {
    name,
    setup: () => new World(capacity),
    threads,
    reaper: (world, dead, nth) => {
      world.reap(dead.startsWith('reaper') ? `r${nth - 1}` : dead, `r${nth}`)
      closeFor(world, `r${nth}`)
    },
    mayThrow: (error) => error instanceof QueueClosedError,
    check: (world, end) => {
      checkMembers(world, end)
      checkValues(world, end, values, lost)
    },
  }
}

function checkValues(world: World, end: End, values: Pushed, lost: number): void {
  const found: number[] = []
  for (const [thread, outcomes] of Object.entries(end.results)) {
    if (thread.startsWith('reaper') || thread in values) continue
    for (const outcome of outcomes) {
      for (const value of [outcome?.returned ?? 0].flat()) if (Number(value) > 0) found.push(Number(value))
    }
  }
  const queue = world.queue('r2')
  for (let value = queue.tryPop(); value !== 0; value = queue.tryPop()) found.push(value)
  if (new Set(found).size !== found.length) throw new Error(`a value came out twice: ${found.join()}`)
  let missing = 0
  for (const [thread, pushed] of Object.entries(values)) {
    const outcomes = end.results[thread] ?? []
    for (const [k, pushedAtOnce] of pushed.entries()) {
      const outcome = outcomes[k]
      const isIn = outcome !== undefined && outcome.threw === undefined && outcome.returned === 0
      const [first, ...more] = [pushedAtOnce].flat()
      missing += isIn ? [first, ...more].filter((value) => !found.includes(value)).length : 0
      // Of several, the first may be in when the queue is closed.
      if (outcome !== undefined && !isIn && more.length === 0 && found.includes(first))
        throw new Error(`${first} was refused, and is in`)
    }
  }
  const consumers = end.killed.filter(({ thread }) => !(thread in values) && !thread.startsWith('reaper'))
  if (missing > lost * consumers.length) throw new Error(`${missing} values are lost; found: ${found.join()}`)
}

export const oneEach = () =>
  scene(
    'one pushes two into a queue of one, one pops two',
    1,
    { a: [1, 2] },
    {
      a: [pushes('a', 1), pushes('a', 2)],
      b: [pops('b'), pops('b')],
    },
  )

export const twoConsumers = () =>
  scene(
    'one pushes two, two pop one each',
    2,
    { a: [1, 2] },
    {
      a: [pushes('a', 1), pushes('a', 2)],
      b: pops('b'),
      c: pops('c'),
    },
  )

export const twoProducers = () =>
  scene(
    'two push into a queue of one, one pops two',
    1,
    { a: [1], b: [2] },
    {
      a: pushes('a', 1),
      b: pushes('b', 2),
      c: [pops('c'), pops('c')],
    },
  )

export const manyIn = () =>
  scene(
    'one pushes two at once, two pop one each',
    2,
    { a: [[1, 2]] },
    { a: pushesMany('a', 1, 2), b: pops('b'), c: pops('c') },
  )

export const manyOut = () =>
  scene(
    'one pushes two at once and one more, one pushes one, one pops two at once',
    2,
    { a: [[1, 2], 3], c: [4] },
    { a: [pushesMany('a', 1, 2), pushes('a', 3)], b: popsTwo('b'), c: pushes('c', 4) },
    2,
  )

const passesOn =
  (name: string): Player =>
  (world) => {
    const queue = world.queue(name)
    queue.push(queue.pop())
    return 0
  }

/** One value goes round. If it went with the dead thread, the reaper puts another one in: only if there is none. */
export const passing = (): Scene => ({
  name: 'one pushes, two take it and put it back',
  setup: () => new World(2),
  threads: { a: pushes('a', 1), b: passesOn('b'), c: passesOn('c') },
  reaper: (world, dead, nth) => {
    world.reap(dead.startsWith('reaper') ? `r${nth - 1}` : dead, `r${nth}`)
    const queue = world.queue(`r${nth}`)
    if (world.isEmpty()) queue.push(2)
  },
  check: (world, end) => {
    checkMembers(world, end)
    if (world.isEmpty()) throw new Error('the value was lost')
  },
})

export const times = () =>
  scene(
    'one pushes and one pops for a time only, one pops',
    1,
    { a: [1, 2] },
    {
      a: [pushes('a', 1), pushesInTime('a', 2), closes('a')],
      b: pops('b'),
      c: popsInTime('c'),
    },
  )

export const closing = () =>
  scene(
    'one closes, one pushes, one pops',
    1,
    { a: [1] },
    {
      a: pushes('a', 1),
      b: [pops('b'), pops('b')],
      c: closes('c'),
    },
  )

// ---- asynchronously -------------------------------------------------------------------------------------------------

const pushesAsync =
  (name: string, value: number, timeout?: number): Player =>
  async (world) =>
    (await world.queue(name).pushAsync(value, timeout)) ? 0 : value

const popsAsync =
  (name: string, timeout?: number): Player =>
  (world) =>
    world.queue(name).popAsync(timeout)

/** A task awaits a value while its thread sleeps for one: it could not run if it were woken first. */
const popsBothWays =
  (name: string): Player =>
  async (world) => {
    const task = world.queue(name).popAsync()
    return [world.queue(name).pop(), await task]
  }

export const asyncEach = () =>
  scene(
    'one pushes two into a queue of one, one pops two, both asynchronously',
    1,
    { a: [1, 2] },
    {
      a: [pushesAsync('a', 1), pushesAsync('a', 2)],
      b: [popsAsync('b'), popsAsync('b')],
    },
  )

export const asyncConsumers = () =>
  scene(
    'one pushes two, one pops asynchronously, one blocks',
    2,
    { a: [1, 2] },
    {
      a: [pushes('a', 1), pushes('a', 2)],
      b: popsAsync('b'),
      c: pops('c'),
    },
  )

export const asyncProducers = () =>
  scene(
    'two push into a queue of one, one asynchronously, one pops two',
    1,
    { a: [1], b: [2] },
    {
      a: pushesAsync('a', 1),
      b: pushes('b', 2),
      c: [pops('c'), pops('c')],
    },
  )

export const asyncTimes = () =>
  scene(
    'one pushes and closes, one pops asynchronously, one does for a time only',
    1,
    { a: [1] },
    {
      a: [pushes('a', 1), closes('a')],
      b: popsAsync('b'),
      c: popsAsync('c', A_TIME),
    },
  )

export const asyncBothWays = () =>
  scene(
    'one pops by a task and blocks for another value meanwhile, one pushes two',
    2,
    { a: [1, 2] },
    {
      a: [pushes('a', 1), pushes('a', 2)],
      b: popsBothWays('b'),
    },
    2,
  )
