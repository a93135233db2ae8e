import type { Entry } from '../books.ts'
import { Stage } from '../world.ts'
import { flush, gives, K, type Scene, scene, takes } from './scene.ts'

export function large(): Scene {
  const stage = new Stage(['a', 'b', 'r1', 'r2'])
  const p = stage.take('a', 80_000)
  return scene(
    'a free of a large block against its collection',
    stage,
    { a: [takes('a', 70_000)], b: [gives('b', p)] },
    { b: [p] },
  )
}

export function grow(): Scene {
  const stage = new Stage(['a', 'b', 'r1', 'r2'])
  const p = stage.take('a', 65_536)
  return scene(
    'a large block grows, in place or not, while another thread claims',
    stage,
    { a: [(s) => resize(s, 'a', p, 140_000)], b: [takes('b', K)] },
    { a: [p] },
  )
}

export function shrink(): Scene {
  const stage = new Stage(['a', 'b', 'r1', 'r2'])
  const p = stage.take('a', 260_000)
  return scene(
    'a large block shrinks in place while another thread claims what it gives back',
    stage,
    { a: [(s) => resize(s, 'a', p, 65_536), (s) => flush(s, 'a')], b: [takes('b', 65_536)] },
    { a: [p] },
  )
}

function resize(stage: Stage, name: string, p: number, size: number): Entry {
  const heap = stage.heap(name)
  const moved = heap.realloc(p, size)
  heap.I32[moved >>> 2] = moved
  return moved === p ? {} : { took: moved, gave: p }
}
