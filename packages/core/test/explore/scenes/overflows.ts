// Stack overflows in slow paths.

import { flush, gives, K, park, type Scene, scene, slab, takes } from './scene.ts'

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
