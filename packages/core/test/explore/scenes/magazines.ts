// Magazines go back to their runs and come back to the cache, while others free.

import { CLASS_OF } from '@hakmem/arena'
import { Stage } from '../world.ts'
import { flush, gives, park, type Scene, scene, takes } from './scene.ts'

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
