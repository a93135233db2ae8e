// The faults beside one kill: a second one, of the reaper at any of its steps; a stack overflow at any call or loop;
// and plain accesses of two threads that nothing orders.

import { drain } from '@hakmem/interleave'
import { suite } from '@hakmem/testing'
import { holds } from './explored.ts'
import { loadScenes, type Scene } from './lab.ts'

const TIMEOUT = 170_000

const loaded = await loadScenes()
const scenes = loaded.SCENES.map((name) => drain(loaded[name]()) as Scene)

const reapers = suite('a reaper that is killed at any of its steps, and one that goes on')
// The others take minutes: `pnpm test:deep`.
for (const name of ['leaving', 'parks', 'large'] as const) {
  const scene = drain(loaded[name]()) as Scene
  reapers(scene.name, () => holds(scene, { preemptions: 0, kills: 2 }), { timeout: TIMEOUT })
}
reapers.run()

const overflows = suite('a stack overflow at every call and loop')
for (const scene of scenes) {
  overflows(scene.name, () => holds(scene, { preemptions: 0, throws: 1 }), { timeout: TIMEOUT })
}
overflows.run()

const races = suite('plain accesses of two threads')
// Two threads that free one block race by their own doing.
for (const scene of scenes.filter((_, k) => loaded.SCENES[k] !== 'doubleFree')) {
  races(`are ordered: ${scene.name}`, () => holds(scene, { preemptions: 1, races: true }))
}
races.run()
