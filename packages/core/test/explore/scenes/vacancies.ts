// Records are left vacant, taken over as they are, and dissolved.

import { ThreadRecord } from '@hakmem/arena'
import { Heap } from '@hakmem/core'
import type { Entry } from '../books.ts'
import type { Stage } from '../world.ts'
import { attach, attachAndTake, gives, K, type Scene, scene, slab, tryTake } from './scene.ts'

/** A slab of `a` with a block in its cache, and a chain. */
function settled(names: readonly string[], others = {}): { stage: Stage; blocks: number[] } {
  // Of 4 MiB: what is more than a quarter of a thread's share is not left whole.
  const { stage, blocks } = slab(names, others, 4 * 2 ** 20)
  blocks.push(stage.take('a', 150_000))
  stage.heap('a').free(blocks[3])
  stage.known.delete(blocks[3])
  return { stage, blocks }
}

function vacate(stage: Stage, name: string): Entry {
  const { record } = stage.heap(name)
  record.release(record.settle())
  return {}
}

export function vacating(): Scene {
  const { stage } = settled(['a', 'r1', 'r2'], { x: 200 })
  return scene('a thread attaches and takes a block while another leaves its record as it is', stage, {
    a: [(s) => vacate(s, 'a')],
    x: [(s) => attachAndTake(s, 'x')],
  })
}

export function freedVacant(): Scene {
  const { stage, blocks } = settled(['a', 'b', 'r1'], { x: 200 })
  vacate(stage, 'a')
  const [p] = blocks
  return scene(
    'a thread frees into a vacant record that another takes over',
    stage,
    { b: [gives('b', p)], x: [(s) => attachAndTake(s, 'x')] },
    { b: [p] },
  )
}

export function heirs(): Scene {
  const { stage } = settled(['a', 'r1', 'r2'], { x: 200, y: 201 })
  vacate(stage, 'a')
  return scene('two threads attach where a record is vacant and one is free', stage, {
    x: [(s) => attach(s, 'x')],
    y: [(s) => attach(s, 'y')],
  })
}

/** All pages are taken, but for those of the vacant record. */
export function dissolving(): Scene {
  const { stage } = settled(['a', 'b', 'r1'], { x: 200 })
  const g = stage.arena.geometry
  stage.take('r1', (g.extents - g.firstExtent - 4) * 65_536)
  vacate(stage, 'a')
  return scene('a thread short of pages against one that attaches, for a vacant record', stage, {
    b: [(s) => tryTake(s, 'b', K), (s) => tryTake(s, 'b', 20_000)],
    x: [(s) => attachAndTryToTake(s, 'x')],
  })
}

function attachAndTryToTake(stage: Stage, name: string): Entry {
  const heap = new Heap(ThreadRecord.claim(stage.arena, stage.thread(name)))
  const p = heap.tryMalloc(K)
  if (p === 0) return {}
  heap.I32[p >>> 2] = p
  return { took: p }
}
