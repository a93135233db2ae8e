// The map and the string table on a small heap, by threads that may be killed at any step, in the allocator as well. In the
// end every entry is as the operations that returned have left it, and at most one block is lost for a death.
// This module is rewritten with the packages under test.

import { Arena, ThreadRecord } from '@hakmem/arena'
import { SharedMap, StringTable } from '@hakmem/collections'
import { Heap } from '@hakmem/core'
import type { End, Scenario } from '@hakmem/interleave'

export type Scene = Scenario<World>
type Player = (world: World) => unknown

const NAMES = ['a', 'b', 'r1', 'r2']
const FIRST_THREAD = 100
/** Entries before the threads start: the next new one makes the table grow. */
const ENTRIES = 5
/** The largest block that a table of so few entries has: its slots. */
const LARGEST = 160

class World {
  readonly heaps: Heap[]
  readonly map: number
  readonly strings: number

  constructor() {
    const arena = Arena.create({ bytes: 2 ** 21, threads: 4 })
    this.heaps = NAMES.map((_, k) => new Heap(ThreadRecord.claim(arena, FIRST_THREAD + k)))
    const map = SharedMap.create(this.heaps[3])
    for (let k = 0; k < ENTRIES; k++) map.set(k, k)
    this.map = map.ptr
    this.strings = StringTable.create(this.heaps[3]).ptr
    // What each takes next is in its cache.
    for (const heap of this.heaps) for (const size of [16, LARGEST]) heap.free(heap.malloc(size))
  }

  heap(name: string): Heap {
    return this.heaps[NAMES.indexOf(name)]
  }

  reap(dead: string, reaper: string): void {
    this.heap(reaper).reap(FIRST_THREAD + NAMES.indexOf(dead))
  }
}

const sets =
  (name: string, key: number): Player =>
  (world) =>
    SharedMap.at(world.heap(name), world.map).set(key, 1000 + key)

const gets =
  (name: string, key: number): Player =>
  (world) =>
    SharedMap.at(world.heap(name), world.map).get(key)

const deletes =
  (name: string, key: number): Player =>
  (world) =>
    SharedMap.at(world.heap(name), world.map).delete(key)

const interns =
  (name: string, text: string): Player =>
  (world) =>
    StringTable.at(world.heap(name), world.strings).intern(text)

type Check = (world: World, end: End, result: (thread: string) => unknown) => void

function scene(name: string, threads: Scene['threads'], check: Check): Scene {
  return {
    name,
    setup: () => new World(),
    threads,
    reaper: (world, dead, nth) => world.reap(dead.startsWith('reaper') ? `r${nth - 1}` : dead, `r${nth}`),
    check: (world, end) => {
      for (const { thread } of end.killed) if (!thread.startsWith('reaper')) world.reap(thread, 'r2')
      check(world, end, (thread) => end.results[thread]?.[0]?.returned)
      const heap = world.heap('r2')
      const map = SharedMap.at(heap, world.map)
      for (const [key, value] of map.entries()) {
        if (value !== (Number(key) < ENTRIES ? key : 1000 + Number(key)))
          throw new Error(`${key} has the value ${value}`)
      }
      // A writer repairs what a death left.
      map.set('last', 1)
      if (map.size !== map.entries().length)
        throw new Error(`it says ${map.size} entries and has ${map.entries().length}`)
      map.destroy()
      StringTable.at(heap, world.strings).destroy()
      const { live, problems } = heap.audit()
      if (problems.length > 0) throw new Error(problems.join('; '))
      if (live > (end.killed.length > 0 ? LARGEST : 0)) throw new Error(`${live} bytes are lost`)
    },
  }
}

/** The entry is there if its `set` returned, and what it should be if it is there. */
function checkEntry(world: World, end: End, thread: string, key: number): void {
  const value = SharedMap.at(world.heap('r2'), world.map).get(key)
  const isKilled = end.killed.some((strike) => strike.thread === thread)
  if (value !== 1000 + key && !(isKilled && value === undefined))
    throw new Error(`${key} has the value ${value}`)
}

/** Entries that nobody changes are as they were. */
function checkOthers(world: World, but: readonly number[]): void {
  const map = SharedMap.at(world.heap('r2'), world.map)
  for (let k = 0; k < ENTRIES; k++) {
    if (!but.includes(k) && map.get(k) !== k) throw new Error(`${k} has the value ${map.get(k)}`)
  }
}

export const growing = () =>
  scene('one makes the map grow, one reads', { a: sets('a', 50), b: gets('b', 3) }, (world, end, result) => {
    checkEntry(world, end, 'a', 50)
    checkOthers(world, [])
    if (end.killed.length === 0 && result('b') !== 3) throw new Error(`3 was read as ${result('b')}`)
  })

export const twoGrow = () =>
  scene('two add to the map, which grows', { a: sets('a', 50), b: sets('b', 51) }, (world, end) => {
    checkEntry(world, end, 'a', 50)
    checkEntry(world, end, 'b', 51)
    checkOthers(world, [])
  })

export const deleting = () =>
  scene(
    'one removes what another one reads',
    { a: deletes('a', 2), b: gets('b', 2) },
    (world, end, result) => {
      checkOthers(world, [2])
      const isKilled = end.killed.some(({ thread }) => thread === 'a')
      if (!isKilled && SharedMap.at(world.heap('r2'), world.map).has(2)) throw new Error('2 is there still')
      const read = result('b')
      if (read !== undefined && read !== 2) throw new Error(`2 was read as ${read}`)
    },
  )

export const interning = () =>
  scene('two intern one text', { a: interns('a', 'text'), b: interns('b', 'text') }, (_, end, result) => {
    if (end.killed.length === 0 && result('a') !== result('b')) throw new Error('one text has two pointers')
  })
