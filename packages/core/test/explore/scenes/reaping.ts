// A dead thread is reaped, while others free what it held and take its place.

import { type Reaped, reap } from '@hakmem/arena'
import type { Entry } from '../books.ts'
import type { Stage } from '../world.ts'
import { attachAndTake, gives, type Scene, scene, slab } from './scene.ts'

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
