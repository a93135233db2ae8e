// Loads the scenarios with the shipped heap under them, rewritten; or with a bug planted in it.

import { load, type Patch } from '@hakmem/interleave'
import type * as Scenarios from './scenarios.js'

export type { Scene } from './scenarios.js'

/** The functions of the ordering module whose accesses are plain on x86-64, and what they mean. */
const ORDERED = { peek: 'unordered', mark: 'release', seen: 'acquire' } as const

export function loadScenes(patch: readonly Patch[] = []): Promise<typeof Scenarios> {
  return load<typeof Scenarios>('./scenarios.js', {
    parent: import.meta.url,
    include: [/\/packages\/(arena|tiny|mid|learning|core)\/dist\//, /\/explore\/(scenarios|world)\.js/],
    declared: { 'arena/dist/ordering.js': ORDERED },
    patch,
  })
}
