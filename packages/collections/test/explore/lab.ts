// Loads the scenarios with the shipped packages under them, rewritten; or with a bug planted in them.

import { load, type Patch } from '@hakmem/interleave'
import type * as Scenarios from './scenarios.ts'

export type { Scene } from './scenarios.ts'
export type SceneName = keyof typeof Scenarios

/** A look before going to sleep is one look here: more of them are the same again. */
const FEW: Patch = { file: 'collections/dist/queue.js', replace: 'LOOKS = 200', by: 'LOOKS = 0' }
/** Held lists of 6 instead of 31 entries. */
const SHORT: Patch = { file: 'sync/dist/words.js', replace: 'HELD = 31', by: 'HELD = 6' }

export function loadScenes(patch: readonly Patch[] = []): Promise<typeof Scenarios> {
  return load<typeof Scenarios>('./scenarios.js', {
    parent: import.meta.url,
    include: [/\/packages\/(sync|collections)\/dist\/(?!wait-async)/, /\/explore\/(scenarios|world)\.js/],
    patch: [FEW, SHORT, ...patch],
  })
}
