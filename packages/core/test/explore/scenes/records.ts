// Extents and records are claimed and left.

import type { Entry } from '../books.ts'
import { Stage } from '../world.ts'
import { attach, flush, gives, K, type Scene, scene, takes, tryTake } from './scene.ts'

export function singleExtents(): Scene {
  const stage = new Stage(['a', 'b', 'r1', 'r2'])
  return scene('two threads claim an extent each', stage, { a: [takes('a', K)], b: [takes('b', K)] })
}

/** Room for one row of three extents, and two threads that want one. */
export function rows(): Scene {
  const stage = new Stage(['a', 'b', 'r1', 'r2'])
  const g = stage.arena.geometry
  stage.take('r1', (g.extents - g.firstExtent - 4) * 65536)
  return scene('two threads claim extents in a row where one row is left', stage, {
    a: [(s) => tryTake(s, 'a', 3 * 65536)],
    b: [(s) => tryTake(s, 'b', 3 * 65536)],
  })
}

export function release(): Scene {
  const stage = new Stage(['a', 'b', 'r1', 'r2'])
  const p = stage.take('a', 100_000)
  return scene(
    'extents go back while another claims',
    stage,
    { a: [gives('a', p), (s) => flush(s, 'a')], b: [takes('b', K)] },
    { a: [p] },
  )
}

/** One record is free; two threads want one. */
export function records(): Scene {
  const stage = new Stage(['a', 'r1', 'r2'], { x: 200, y: 201 })
  return scene('two threads claim the record that is free', stage, {
    x: [(s) => attach(s, 'x')],
    y: [(s) => attach(s, 'y')],
  })
}

export function leaving(): Scene {
  const stage = new Stage(['a', 'b', 'r1', 'r2'], { x: 200 })
  stage.take('a', K)
  return scene('a thread claims the record that another leaves', stage, {
    a: [(s) => detach(s, 'a')],
    x: [(s) => attach(s, 'x')],
  })
}

function detach(stage: Stage, name: string): Entry {
  stage.heap(name).record.detach()
  return {}
}
