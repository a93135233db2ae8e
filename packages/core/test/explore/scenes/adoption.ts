// Orphans are adopted by whoever frees into them or refills.

import { Stage } from '../world.ts'
import { gives, K, park, type Scene, scene, slab, takes } from './scene.ts'

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
