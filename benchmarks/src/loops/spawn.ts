/**
 * spawn: what threads themselves cost. Each thread starts another one, which attaches, allocates 100 blocks, frees
 * them and ends, waits for its end, and starts the next. Everywhere else threads come from a pool, since in Node one
 * takes tens of milliseconds to start, a thousand times what a pthread takes; this is where that is told.
 *
 * An operation is a thread.
 */

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Part, Task, Told } from '../contender/part.ts'
import { monotonicSeconds } from '../contender/waiting.ts'
import type { Allocator } from '../peers/allocator.ts'
import { type Lane, RANDOM, report, SUM } from './board.ts'
import { averageSize, type Kind, type Sizes } from './kind.ts'

export type SpawnShape = Sizes & {
  /** Blocks of each thread. */
  readonly blocks: number
}

/** What a spawned thread is told. */
export interface Errand extends Told<SpawnShape> {
  readonly lane: number
}

const SPAWNED = new URL('../contender/spawned.js', import.meta.url)

async function run(part: Part<SpawnShape>, task: Task): Promise<void> {
  const workerData: Errand = { ...part.told, lane: part.seat }
  // The place of this thread in the heap is for the one that it starts.
  part.leave()
  const { started } = part
  let now: number
  let done = 0
  do {
    await once(new Worker(SPAWNED, { workerData }), 'exit')
    now = monotonicSeconds()
    done++
  } while (now - started < task.seconds && done < task.operations)
  report(part.lane(part.seat), now, done)
}

/** The life of a spawned thread; the one that started it waits meanwhile. */
export function liveOnce(heap: Allocator, lane: Lane, { blocks, low, units, shift }: SpawnShape): void {
  const { U32 } = heap
  let random = lane.words[RANDOM]
  let sum = lane.words[SUM]
  const { pointers } = lane
  for (let i = 0; i < blocks; i++) {
    random ^= random << 13
    random ^= random >>> 17
    random ^= random << 5
    const p = heap.malloc(low + ((Math.imul(random >>> 16, units) >>> 16) << shift))
    U32[p >>> 2] = random
    pointers[i] = p
  }
  for (const p of pointers) {
    sum = (sum + U32[p >>> 2]) | 0
    heap.free(p)
  }
  heap.detach()
  lane.words[RANDOM] = random
  lane.words[SUM] = sum
}

export const spawn: Kind<SpawnShape> = {
  name: 'spawn',
  passesBlocks: false,
  lanes: (threads) => threads,
  seats: (threads) => threads,
  pointersPerLane: ({ blocks }) => blocks,
  live: (shape, threads) => ({
    blocks: threads * shape.blocks,
    bytes: threads * shape.blocks * averageSize(shape),
  }),
  sit: (part) => ({ run: (task) => run(part, task) }),
}
