// What threads share of learning: explored with the shipped code, a kill at every step; and with bugs planted in it.

import type { Patch } from '@hakmem/interleave'
import { ALL, type Mutant, testMutants, testScenes } from '@hakmem/testing/explored'
import { loadRewritten } from './lab.ts'
import type * as Scenes from './learning-scenes.ts'

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

testScenes('learning', await loadScenes(), { leadership: ALL, pins: ALL, events: ALL, bundles: ALL })

const MUTANTS: readonly Mutant<'leadership' | 'pins' | 'events'>[] = [
  {
    name: 'a table that is published before it is written',
    scene: 'leadership',
    kills: 1,
    patch: {
      file: 'learning/dist/tables.js',
      replace: 'let at = placeOf(number);',
      by: 'let at = placeOf(number); store(H, layout.H_TABLES, number);',
    },
  },
  {
    name: 'a lease that is not given up with the record',
    scene: 'leadership',
    kills: 1,
    patch: {
      file: 'learning/dist/lease.js',
      replace: 'if (holder !== 0 && isHeld(arena, holder))',
      by: 'if (holder !== 0)',
    },
  },
  {
    name: 'a policy word that is stored rather than swapped',
    scene: 'pins',
    kills: 1,
    patch: {
      file: 'learning/dist/policy.js',
      replace: 'if (swap(arena.H, layout.H_POLICY, word, nextPolicy(word, packPolicy(strategy, setting))))',
      by: 'store(arena.H, layout.H_POLICY, nextPolicy(word, packPolicy(strategy, setting)));',
    },
  },
  {
    name: 'an event that is counted before it is written',
    scene: 'events',
    kills: 1,
    patch: {
      file: 'arena/dist/events.js',
      replace: 'W[slot] = (kind << 24) | pages;',
      by: 'release(W, this.written, (count + 1) | 0); W[slot] = (kind << 24) | pages;',
    },
  },
]

testMutants('learning', loadScenes, MUTANTS, 5000)
