// What threads share of learning: explored with the shipped code, a kill at every step; and with bugs planted in it.

import { drain, explore, type Patch } from '@hakmem/interleave'
import { assert, suite } from '@hakmem/testing'
import { holds } from './explored.ts'
import { loadRewritten, type Scene } from './lab.ts'
import type * as Scenes from './learning-scenes.ts'

const TIMEOUT = 170_000
/** Schedules within which a planted bug must be found. */
const WITHIN = 5000

const DECLARED = {
  peek: 'unordered',
  glance: 'unordered',
  mark: 'release',
  release: 'release',
  seen: 'acquire',
} as const

function loadScenes(patch: readonly Patch[] = []): Promise<typeof Scenes> {
  return loadRewritten('learning-scenes.js', DECLARED, patch)
}

const NAMES = ['leadership', 'pins', 'events', 'bundles'] as const

const test = suite('learning: every schedule of two preemptions, with a kill at every step')
const scenes = await loadScenes()
for (const name of NAMES) {
  const scene = drain(scenes[name]()) as Scene
  test(scene.name, () => holds(scene, { preemptions: 2, kills: 1 }), { timeout: TIMEOUT })
}
test.run()

const MUTANTS: readonly { name: string; scene: (typeof NAMES)[number]; patch: Patch }[] = [
  {
    name: 'a table that is published before it is written',
    scene: 'leadership',
    patch: {
      file: 'learning/dist/tables.js',
      replace: 'let at = placeOf(number);',
      by: 'let at = placeOf(number); store(H, layout.H_TABLES, number);',
    },
  },
  {
    name: 'a lease that is not given up with the record',
    scene: 'leadership',
    patch: {
      file: 'learning/dist/lease.js',
      replace: 'if (holder !== 0 && isHeld(arena, holder))',
      by: 'if (holder !== 0)',
    },
  },
  {
    name: 'a policy word that is stored rather than swapped',
    scene: 'pins',
    patch: {
      file: 'learning/dist/policy.js',
      replace: 'if (swap(arena.H, layout.H_POLICY, word, nextPolicy(word, packPolicy(strategy, setting))))',
      by: 'store(arena.H, layout.H_POLICY, nextPolicy(word, packPolicy(strategy, setting)));',
    },
  },
  {
    name: 'an event that is counted before it is written',
    scene: 'events',
    patch: {
      file: 'arena/dist/events.js',
      replace: 'W[slot] = (kind << 24) | pages;',
      by: 'release(W, this.written, (count + 1) | 0); W[slot] = (kind << 24) | pages;',
    },
  },
]

const planted = suite('a bug planted in learning is found')
for (const { name, scene, patch } of MUTANTS) {
  planted(
    name,
    async () => {
      const { failure, schedules } = explore(drain((await loadScenes([patch]))[scene]()) as Scene, {
        preemptions: 2,
        kills: 1,
        maxSchedules: WITHIN,
        shrink: false,
      })
      assert.ok(failure !== undefined, `it was found within ${WITHIN} schedules (${schedules} were run)`)
    },
    { timeout: 60_000 },
  )
}
planted.run()
