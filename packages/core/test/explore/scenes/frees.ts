import { mayFreeTwice } from '../books.ts'
import { checkSound } from '../world.ts'
import { flush, gives, K, park, type Scene, scene, slab, takes } from './scene.ts'

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

/** The second block lies close below the first: N0 of `remote.ts` writes its first word, and so does who gets it next. */
export function inOrder(): Scene {
  const { stage, blocks } = slab(['a', 'b', 'r1', 'r2'])
  const [p, q] = blocks.sort((a, b) => b - a)
  return scene(
    'two frees in order against the sweep of a refill',
    stage,
    { a: [takes('a', K), takes('a', K)], b: [gives('b', p), gives('b', q)] },
    { b: [p, q] },
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
