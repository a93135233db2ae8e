// What the explored scenarios share. A *stage* is a small heap, prepared once, with a record for each player. Operations
// say in what they return which block they took or gave, so that the books follow from the results alone.
//
// `checkWorld` is what "nothing is lost" means, and holds after every schedule, whoever died where: the audit is sound;
// every block that the application knows is live and intact; every live block is known or a suspect; and when all of
// them are freed and the survivors parked, the largest block fits.
//
// This module is rewritten with the heap that it uses; what only reads (`books.ts`) is not.

import { Arena, type Reaped, ThreadRecord } from '@hakmem/arena'
import { Heap } from '@hakmem/core'
import type { End } from '@hakmem/interleave'
import { specialise } from '../../dist/specialise.js'
import { checkBooks, type Entry, type Gives, holds, inspect, liveBlocks } from './books.ts'

const BYTES = 2 * 2 ** 20
const FIRST_THREAD = 100

export class Stage {
  readonly arena: Arena
  readonly names: readonly string[]
  /** Blocks that are live before the threads start. */
  readonly known = new Set<number>()
  private readonly heaps: Heap[]

  /** A player that is dead before the threads start. */
  dead: string | undefined
  private readonly others: Readonly<Record<string, number>>

  /**
   * A record for each name, by ascending slot; the last ones, whose names start with r, are for reapers. `others`: ids of
   * threads that attach as part of the scenario.
   */
  constructor(
    names: readonly string[],
    others: Readonly<Record<string, number>> = {},
    learning: 'frozen' | 'learn' = 'frozen',
    bytes = BYTES,
  ) {
    this.names = names
    this.others = others
    this.arena = Arena.create({ bytes, threads: 4, learning })
    this.heaps = names.map((_, k) => {
      const record = ThreadRecord.claim(this.arena, FIRST_THREAD + k)
      const heap = new (specialise(Heap, record))(record)
      // Follows the policy word now, which it remembers outside the memory that each schedule begins with.
      heap.flush()
      return heap
    })
  }

  get visitors(): string[] {
    return Object.keys(this.others)
  }

  heap(name: string): Heap {
    return this.heaps[this.names.indexOf(name)]
  }

  thread(name: string): number {
    return this.others[name] ?? FIRST_THREAD + this.names.indexOf(name)
  }

  /** For preparing: a known block. */
  take(name: string, size: number): number {
    const p = this.heap(name).malloc(size)
    this.heap(name).I32[p >>> 2] = p
    this.known.add(p)
    return p
  }
}

/** An operation: allocates, and writes the block's own offset into it. */
export function take(stage: Stage, name: string, size: number): Entry {
  const heap = stage.heap(name)
  const p = heap.malloc(size)
  heap.I32[p >>> 2] = p
  return { took: p }
}

/** An operation: frees. */
export function give(stage: Stage, name: string, p: number): Entry {
  stage.heap(name).free(p)
  return { gave: p }
}

/**
 * The reaper of a scenario: the players whose names start with r reap in turn, each one the thread that died before. If
 * that was a reaper, the thread that it had begun to reap goes with it.
 */
export function reapDead(stage: Stage, dead: string, nth: number): Entry {
  const reapers = stage.names.filter((name) => name.startsWith('r'))
  const victim = dead.startsWith('reaper') ? reapers[nth - 2] : dead
  const reaped = stage.heap(reapers[nth - 1]).reap(stage.thread(victim))
  return { reaped }
}

/** Throws what is wrong. `gives`: the block that each operation frees, if it does, by thread and operation. */
export function checkWorld(stage: Stage, end: End, gives: Gives = {}): void {
  // A reaper that died before it had begun left nothing that says whom it was to reap: whoever knows asks again. One that
  // was thrown out of its work resumes it. And a visitor that was thrown out of attaching is as good as dead.
  const lost = end.killed.map(({ thread }) => thread).filter((thread) => !thread.startsWith('reaper'))
  for (const { thread } of end.thrown) if (stage.visitors.includes(thread)) lost.push(thread)
  if (stage.dead !== undefined) lost.push(stage.dead)
  const live = checkBooks(stage, end, gives, reapAll(stage, end, lost))
  reapAll(stage, end, stage.visitors)
  settle(stage, end, live)
}

function reapAll(stage: Stage, end: End, victims: readonly string[]): Reaped[] {
  const reports: Reaped[] = []
  for (const heap of survivors(stage, end)) {
    for (const victim of victims) reports.push(heap.reap(stage.thread(victim)))
  }
  return reports
}

/** What holds even where the application breaks the rules: the heap is sound, and what is live can be freed. */
export function checkSound(stage: Stage, end: End): void {
  const { problems } = inspect(stage.arena.buffer)
  if (problems.length > 0) throw new Error(`audit: ${problems.join('; ')}`)
  reapAll(stage, end, stage.visitors)
  settle(stage, end, liveBlocks(stage.arena.buffer))
}

/** Frees everything by a survivor, parks all survivors, and asks for the largest block. */
function settle(stage: Stage, end: End, live: Set<number>): void {
  const heaps = survivors(stage, end)
  for (const p of live) heaps[0].free(p)
  for (const heap of heaps) heap.park()
  const { problems, bytes } = inspect(stage.arena.buffer)
  if (problems.length > 0) throw new Error(`audit after all was freed: ${problems.join('; ')}`)
  if (bytes !== 0) throw new Error(`${bytes} bytes are live after all was freed`)
  const g = stage.arena.geometry
  const largest = heaps[0].tryMalloc(g.bytes - g.firstExtent * 2 ** g.extentShift)
  if (largest === 0) throw new Error('the largest block does not fit after all was freed')
}

function survivors(stage: Stage, end: End): Heap[] {
  const reapers = stage.names.filter((name) => name.startsWith('r'))
  const dead = end.killed.map(({ thread }) =>
    thread.startsWith('reaper') ? reapers[Number(thread.slice(6) || 1) - 1] : thread,
  )
  return stage.names
    .filter(
      (name) =>
        name !== stage.dead &&
        !dead.includes(name) &&
        holds(stage.arena.buffer, stage.heap(name).record.slot, stage.thread(name)),
    )
    .map((name) => stage.heap(name))
}
