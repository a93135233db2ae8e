// Large blocks that caches may keep.

import { Stage } from '../world.ts'
import { gives, park, type Scene, scene, takes } from './scene.ts'

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
