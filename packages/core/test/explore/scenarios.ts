// Every shared step of the heap, as scenarios: who races with whom, on as small a stage as shows it.
//
// Slabs are 4 KiB here, so four blocks of 1 KiB are a slab, a refill takes what one slab has, and an extent (64 KiB) is 16
// of them. In the names, `a` owns, the others come by.

import { CLASS_OF, type Reaped, reap, ThreadRecord } from '@hakmem/arena'
import { Heap } from '@hakmem/core'
import type { Operation, Scenario } from '@hakmem/interleave'
import { type Entry, type Gives, locator, mayFreeTwice, mayThrow } from './books.ts'
import { checkSound, checkWorld, give, reapDead, Stage, take } from './world.ts'

const K = 1024

export interface Scene extends Scenario<Stage> {
  /** Threads that may be killed in one schedule: 2 where a second reaper has a record. */
  readonly deaths: number
}

function scene(
  name: string,
  stage: Stage,
  threads: Record<string, readonly Operation<Stage>[]>,
  gives: Gives = {},
): Scene {
  return {
    name,
    deaths: stage.names.filter((player) => player.startsWith('r')).length,
    reuse: true,
    setup: () => stage,
    threads,
    reaper: reapDead,
    check: (s, end) => checkWorld(s, end, gives),
    location: locator(stage),
    mayThrow,
  }
}

const takes = (name: string, size: number): Operation<Stage> => {
  return (s) => take(s, name, size)
}
const gives = (name: string, p: number): Operation<Stage> => {
  return (s) => give(s, name, p)
}

// ---- extents and records ----------------------------------------------------------------------------------------

export function singleExtents(): Scene {
  const stage = new Stage(['a', 'b', 'r1', 'r2'])
  return scene('two threads claim an extent each', stage, { a: [takes('a', K)], b: [takes('b', K)] })
}

/** Room for one row of three extents, and two threads that want one. */
export function rows(): Scene {
  const stage = new Stage(['a', 'b', 'r1', 'r2'])
  const g = stage.arena.geometry
  stage.take('r1', (g.extents - g.firstExtent - 4) * 65536)
  return scene('two threads claim extents in a row where one row is left', stage, {
    a: [(s) => tryTake(s, 'a', 3 * 65536)],
    b: [(s) => tryTake(s, 'b', 3 * 65536)],
  })
}

function tryTake(stage: Stage, name: string, size: number): Entry {
  const heap = stage.heap(name)
  const p = heap.tryMalloc(size)
  if (p === 0) return {}
  heap.I32[p >>> 2] = p
  return { took: p }
}

export function release(): Scene {
  const stage = new Stage(['a', 'b', 'r1', 'r2'])
  const p = stage.take('a', 100_000)
  return scene(
    'extents go back while another claims',
    stage,
    { a: [gives('a', p), (s) => flush(s, 'a')], b: [takes('b', K)] },
    { a: [p] },
  )
}

function flush(stage: Stage, name: string): Entry {
  stage.heap(name).flush()
  return {}
}

function park(stage: Stage, name: string): Entry {
  stage.heap(name).park()
  return {}
}

/** One record is free; two threads want one. */
export function records(): Scene {
  const stage = new Stage(['a', 'r1', 'r2'], { x: 200, y: 201 })
  return scene('two threads claim the record that is free', stage, {
    x: [(s) => attach(s, 'x')],
    y: [(s) => attach(s, 'y')],
  })
}

export function leaving(): Scene {
  const stage = new Stage(['a', 'b', 'r1', 'r2'], { x: 200 })
  stage.take('a', K)
  return scene('a thread claims the record that another leaves', stage, {
    a: [(s) => detach(s, 'a')],
    x: [(s) => attach(s, 'x')],
  })
}

function detach(stage: Stage, name: string): Entry {
  stage.heap(name).record.detach()
  return {}
}

function attach(stage: Stage, name: string): Entry {
  return { slot: ThreadRecord.claim(stage.arena, stage.thread(name)).slot }
}

// ---- remote frees -----------------------------------------------------------------------------------------------

/** A slab of `a` with four live blocks, and nothing in its cache. */
function slab(names: readonly string[], others = {}): { stage: Stage; blocks: number[] } {
  const stage = new Stage(names, others)
  const blocks: number[] = []
  for (let k = 0; k < 4; k++) blocks.push(stage.take('a', K))
  return { stage, blocks }
}

export function sweep(): Scene {
  const { stage, blocks } = slab(['a', 'b', 'r1', 'r2'])
  const [p] = blocks
  return scene(
    'a free against the sweep of a refill',
    stage,
    { a: [takes('a', K), takes('a', K)], b: [gives('b', p)] },
    { b: [p] },
  )
}

export function twoFrees(): Scene {
  const { stage, blocks } = slab(['a', 'b', 'c', 'r1'])
  const [p, q] = blocks
  return scene(
    'two threads free into one slab while its owner refills',
    stage,
    { a: [takes('a', K)], b: [gives('b', p)], c: [gives('c', q)] },
    { b: [p], c: [q] },
  )
}

/** The last live block of a slab, the last slab of an extent. */
export function retire(): Scene {
  const { stage, blocks } = slab(['a', 'b', 'r1', 'r2'])
  const [p] = blocks
  for (let k = 1; k < 4; k++) {
    stage.heap('a').free(blocks[k])
    stage.known.delete(blocks[k])
  }
  return scene(
    'a free against the retirement of its slab, the release of its extent and the next claim',
    stage,
    { a: [(s) => flush(s, 'a')], b: [gives('b', p), takes('b', K)] },
    { b: [p] },
  )
}

export function parks(): Scene {
  const { stage, blocks } = slab(['a', 'b', 'r1', 'r2'])
  const [p, q] = blocks
  return scene(
    'frees against park',
    stage,
    { a: [(s) => park(s, 'a')], b: [gives('b', p), gives('b', q)] },
    { b: [p, q] },
  )
}

/** One block is freed twice at once, and its owner hands it out anew: the second free may end that life, no more. */
export function doubleFree(): Scene {
  const { stage, blocks } = slab(['a', 'b', 'c', 'r1'])
  const [p] = blocks
  return {
    ...scene('a block is freed by two threads at once', stage, {
      a: [takes('a', K), (s) => flush(s, 'a')],
      b: [gives('b', p)],
      c: [gives('c', p)],
    }),
    check: (s, end) => checkSound(s, end),
    mayThrow: mayFreeTwice,
  }
}

export function large(): Scene {
  const stage = new Stage(['a', 'b', 'r1', 'r2'])
  const p = stage.take('a', 80_000)
  return scene(
    'a free of a large block against its collection',
    stage,
    { a: [takes('a', 70_000)], b: [gives('b', p)] },
    { b: [p] },
  )
}

export function grow(): Scene {
  const stage = new Stage(['a', 'b', 'r1', 'r2'])
  const p = stage.take('a', 65_536)
  return scene(
    'a large block grows, in place or not, while another thread claims',
    stage,
    { a: [(s) => resize(s, 'a', p, 140_000)], b: [takes('b', K)] },
    { a: [p] },
  )
}

export function shrink(): Scene {
  const stage = new Stage(['a', 'b', 'r1', 'r2'])
  const p = stage.take('a', 260_000)
  return scene(
    'a large block shrinks in place while another thread claims what it gives back',
    stage,
    { a: [(s) => resize(s, 'a', p, 65_536), (s) => flush(s, 'a')], b: [takes('b', 65_536)] },
    { a: [p] },
  )
}

function resize(stage: Stage, name: string, p: number, size: number): Entry {
  const heap = stage.heap(name)
  const moved = heap.realloc(p, size)
  heap.I32[moved >>> 2] = moved
  return moved === p ? {} : { took: moved, gave: p }
}

// ---- magazines --------------------------------------------------------------------------------------------------

/** `a` has a full cache of blocks of 128 B, and beside it blocks that are live. */
function full(): { stage: Stage; blocks: number[] } {
  const stage = new Stage(['a', 'b', 'r1', 'r2'])
  const heap = stage.heap('a')
  const c = CLASS_OF[8]
  const cap = stage.arena.geometry.caps[c]
  const blocks: number[] = []
  while (blocks.length < cap + 2 || heap.record.slabs.cached(c) > 0) blocks.push(stage.take('a', 128))
  for (let k = 0; k < cap; k++) {
    const p = blocks.pop() ?? 0
    heap.free(p)
    stage.known.delete(p)
  }
  return { stage, blocks }
}

/** Half of the cache becomes a magazine, which goes back to its runs. */
export function stow(): Scene {
  const { stage, blocks } = full()
  const [p, q] = blocks
  return scene(
    'a magazine is set aside and flushed, while another thread frees into its slab',
    stage,
    { a: [gives('a', p), (s) => flush(s, 'a')], b: [gives('b', q)] },
    { a: [p], b: [q] },
  )
}

/** The cache is empty; what it needs is in a magazine. */
export function reload(): Scene {
  const { stage, blocks } = full()
  const heap = stage.heap('a')
  const [p, q] = blocks
  heap.free(p)
  stage.known.delete(p)
  while (heap.record.slabs.cached(CLASS_OF[8]) > 0) stage.take('a', 128)
  return scene(
    'a magazine comes back, while another thread frees into its slab',
    stage,
    { a: [takes('a', 128), (s) => park(s, 'a')], b: [gives('b', q)] },
    { b: [q] },
  )
}

// ---- large blocks in caches ---------------------------------------------------------------------------------------

/** The least of a heap for four threads whose caches hold a block of 64 KiB each. */
const CACHING = 8 * 2 ** 20
const L = 65_536

/** Three live blocks of `a`, runs of their own, in a heap where caches keep such. */
function cached(names: readonly string[]): { stage: Stage; blocks: number[] } {
  const stage = new Stage(names, {}, 'frozen', CACHING)
  return { stage, blocks: [1, 2, 3].map(() => stage.take('a', L)) }
}

export function cachedLarge(): Scene {
  const { stage, blocks } = cached(['a', 'b', 'r1', 'r2'])
  const [p, q, s] = blocks
  return scene(
    'a large block that a cache may keep is freed by another thread, while its owner refills and flushes',
    stage,
    { a: [takes('a', L), gives('a', q), gives('a', s)], b: [gives('b', p)] },
    { a: [undefined, q, s], b: [p] },
  )
}

/** One of them is in the cache when `a` parks. */
export function cachedParks(): Scene {
  const { stage, blocks } = cached(['a', 'b', 'r1', 'r2'])
  const [p, q] = blocks
  stage.heap('a').free(q)
  stage.known.delete(q)
  return scene(
    'a thread parks with a large block in its cache, another frees into what it left and adopts it',
    stage,
    { a: [(z) => park(z, 'a'), takes('a', L)], b: [gives('b', p), takes('b', L)] },
    { b: [p] },
  )
}

// ---- adoption ---------------------------------------------------------------------------------------------------

export function adoptions(): Scene {
  const { stage, blocks } = slab(['a', 'b', 'c', 'r1'])
  stage.heap('a').park()
  const [p, q] = blocks
  return scene(
    'two threads free into one orphan',
    stage,
    { b: [gives('b', p), takes('b', K)], c: [gives('c', q), takes('c', K)] },
    { b: [p], c: [q] },
  )
}

export function refillAdopts(): Scene {
  const { stage, blocks } = slab(['a', 'b', 'c', 'r1'])
  stage.heap('a').park()
  const [p] = blocks
  return scene(
    'a refill adopts what a free adopts',
    stage,
    { b: [takes('b', K)], c: [gives('c', p)] },
    { c: [p] },
  )
}

/** A block of five extents whose head holds other blocks too. */
export function chain(): Scene {
  const stage = new Stage(['a', 'b', 'c', 'r1'])
  const small = stage.take('a', K)
  const p = stage.take('a', 4 * 65536)
  stage.heap('a').park()
  return scene(
    'a chain of orphans is adopted by two threads at once',
    stage,
    { b: [gives('b', p)], c: [gives('c', small), takes('c', K)] },
    { b: [p], c: [small] },
  )
}

/** A chain is parked while another thread frees into its head and its tail, and adopts. */
export function chainParks(): Scene {
  const stage = new Stage(['a', 'b', 'r1', 'r2'])
  const small = stage.take('a', K)
  const p = stage.take('a', 2 * 65536)
  return scene(
    'a chain of extents is parked while a free adopts it',
    stage,
    { a: [(s) => park(s, 'a')], b: [gives('b', p), gives('b', small)] },
    { b: [p, small] },
  )
}

// ---- stack overflows --------------------------------------------------------------------------------------------

/** Every slow path in one thread, each operation of which may be thrown out of, while another frees into its slab. */
export function overflows(): Scene {
  const { stage, blocks } = slab(['a', 'b', 'r1', 'r2'])
  const [p, q] = blocks
  const big = stage.take('a', 80_000)
  return scene(
    'a stack overflow in the middle of a slow path',
    stage,
    {
      a: [
        takes('a', K),
        (s) => flush(s, 'a'),
        gives('a', big),
        takes('a', 100_000),
        (s) => park(s, 'a'),
        gives('a', q),
      ],
      b: [gives('b', p)],
    },
    { a: [undefined, undefined, big, undefined, undefined, q], b: [p] },
  )
}

// ---- reaping ----------------------------------------------------------------------------------------------------

/** `a` is dead before the threads start, in the middle of nothing; what it holds is a slab, a chain and a claim of two. */
function dead(names: readonly string[], others = {}): { stage: Stage; blocks: number[] } {
  const { stage, blocks } = slab(names, others)
  blocks.push(stage.take('a', 150_000))
  stage.heap('a').free(blocks[3])
  stage.known.delete(blocks[3])
  stage.dead = 'a'
  return { stage, blocks }
}

function reaps(stage: Stage, name: string, victim: string): Entry {
  const reaped: Reaped = reap(stage.arena, stage.thread(name), stage.thread(victim))
  return { reaped }
}

export function lateFree(): Scene {
  const { stage, blocks } = dead(['a', 'b', 'c', 'r1'])
  const [p, , , , chained] = blocks
  return scene(
    'a reaper against late frees',
    stage,
    { b: [gives('b', p), gives('b', chained)], c: [(s) => reaps(s, 'c', 'a')] },
    { b: [p, chained] },
  )
}

export function twoReapers(): Scene {
  const { stage } = dead(['a', 'b', 'c', 'r1'])
  return scene('two reapers of one thread', stage, {
    b: [(s) => reaps(s, 'b', 'a')],
    c: [(s) => reaps(s, 'c', 'a')],
  })
}

export function newTenant(): Scene {
  const { stage } = dead(['a', 'b', 'c', 'r1'], { x: 200 })
  return scene('a reaper against the thread that takes the record and the extents next', stage, {
    c: [(s) => reaps(s, 'c', 'a')],
    x: [(s) => attachAndTake(s, 'x')],
  })
}

/** Attaches if a record is free, and takes a block, for which it claims an extent. */
function attachAndTake(stage: Stage, name: string): Entry {
  const heap = new Heap(ThreadRecord.claim(stage.arena, stage.thread(name)))
  const p = heap.malloc(K)
  heap.I32[p >>> 2] = p
  return { took: p }
}

/** Names of all of them, in the order of this file. */
export const SCENES = [
  'singleExtents',
  'rows',
  'release',
  'records',
  'leaving',
  'sweep',
  'twoFrees',
  'retire',
  'parks',
  'doubleFree',
  'large',
  'grow',
  'shrink',
  'stow',
  'reload',
  'cachedLarge',
  'cachedParks',
  'adoptions',
  'refillAdopts',
  'chain',
  'chainParks',
  'overflows',
  'lateFree',
  'twoReapers',
  'newTenant',
] as const
