// What scenarios are made of: a stage, threads that take and give blocks, and the check that all promises have held.
//
// Slabs are 4 KiB here, so four blocks of 1 KiB are a slab, a refill takes what one slab has, and an extent (64 KiB) is 16
// of them. In the names, `a` owns, the others come by.

import { ThreadRecord } from '@hakmem/arena'
import { Heap } from '@hakmem/core'
import type { Operation, Scenario } from '@hakmem/interleave'
import { type Entry, type Gives, locator, mayThrow } from '../books.ts'
import { checkWorld, give, reapDead, Stage, take } from '../world.ts'

/** The size of most blocks: four of them are a slab. */
export const K = 1024

export interface Scene extends Scenario<Stage> {
  /** Threads that may be killed in one schedule: 2 where a second reaper has a record. */
  readonly deaths: number
}

export function scene(
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

export const takes = (name: string, size: number): Operation<Stage> => {
  return (s) => take(s, name, size)
}
export const gives = (name: string, p: number): Operation<Stage> => {
  return (s) => give(s, name, p)
}

export function flush(stage: Stage, name: string): Entry {
  stage.heap(name).flush()
  return {}
}

export function park(stage: Stage, name: string): Entry {
  stage.heap(name).park()
  return {}
}

/** A slab of `a` with four live blocks, and nothing in its cache. */
export function slab(
  names: readonly string[],
  others = {},
  bytes?: number,
): { stage: Stage; blocks: number[] } {
  const stage = new Stage(names, others, 'frozen', bytes)
  const blocks: number[] = []
  for (let k = 0; k < 4; k++) blocks.push(stage.take('a', K))
  return { stage, blocks }
}

export function tryTake(stage: Stage, name: string, size: number): Entry {
  const heap = stage.heap(name)
  const p = heap.tryMalloc(size)
  if (p === 0) return {}
  heap.I32[p >>> 2] = p
  return { took: p }
}

export function attach(stage: Stage, name: string): Entry {
  return { slot: ThreadRecord.claim(stage.arena, stage.thread(name)).slot }
}

/** Attaches if a record is free, and takes a block, for which it claims an extent. */
export function attachAndTake(stage: Stage, name: string): Entry {
  const heap = new Heap(ThreadRecord.claim(stage.arena, stage.thread(name)))
  const p = heap.malloc(K)
  heap.I32[p >>> 2] = p
  return { took: p }
}
