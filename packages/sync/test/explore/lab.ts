// Loads the scenarios with the shipped package under them, rewritten; or with a bug planted in it.

import { load, type Patch } from '@hakmem/interleave'
import type * as Scenarios from './scenarios.ts'

/** Held lists of 3 instead of 30 entries, which a writer looks through in so many fewer steps. */
const SHORT: Patch = { file: 'sync/dist/words.js', replace: 'HELD = 30', by: 'HELD = 3' }

export type { Scene } from './scenarios.ts'
export type SceneName = keyof typeof Scenarios

export function loadScenes(patch: readonly Patch[] = []): Promise<typeof Scenarios> {
  return load<typeof Scenarios>('./scenarios.js', {
    parent: import.meta.url,
    include: [/\/packages\/sync\/dist\//, /\/explore\/(scenarios|world)\.js/],
    patch: [SHORT, ...patch],
  })
}
