// Loads the scenarios with the shipped package under them, rewritten; or with a bug planted in it.

import { load, type Patch } from '@hakmem/interleave'
import type * as All from './scenes.ts'
import type { Scene } from './world.ts'

/** Held lists of 3 instead of 30 entries, which a writer looks through in so many fewer steps. */
const SHORT: Patch = { file: 'sync/dist/words.js', replace: 'HELD = 30', by: 'HELD = 3' }

/** The exports that make scenes; rewritten, so that what they return is drained. */
export type Scenes = {
  readonly [K in keyof typeof All as (typeof All)[K] extends () => Scene ? K : never]: () => unknown
}
export type SceneName = keyof Scenes

export const loadScenes = (patch: readonly Patch[] = []): Promise<Scenes> =>
  load<Scenes>('./scenes.js', {
    parent: import.meta.url,
    include: [
      /\/packages\/sync\/dist\//,
      /\/explore\/(scenes|scenarios|async-scenarios|overflow-scenarios|world)\.js/,
    ],
    patch: [SHORT, ...patch],
  })
