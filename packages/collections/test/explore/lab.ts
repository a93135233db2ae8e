// Loads the scenarios with the shipped packages under them, rewritten; or with a bug planted in them.

import { load, type Patch } from '@hakmem/interleave'
import type * as MapScenarios from './map-scenarios.ts'
import type * as QueueScenarios from './queue-scenarios.ts'

/** A look before going to sleep is one look here: more of them are the same again. */
const FEW: Patch = { file: 'collections/dist/queue.js', replace: 'LOOKS = 200', by: 'LOOKS = 0' }
/** Held lists of 6 instead of 30 entries: a writer looks through them in so many fewer steps. */
const SHORT: Patch = { file: 'sync/dist/words.js', replace: 'HELD = 30', by: 'HELD = 6' }
/** The functions of the ordering module whose accesses are plain on x86-64, and what they mean. */
const ORDERED = { peek: 'unordered', mark: 'release', seen: 'acquire' } as const

export function loadQueueScenes(patch: readonly Patch[] = []): Promise<typeof QueueScenarios> {
  return load<typeof QueueScenarios>('./queue-scenarios.js', {
    parent: import.meta.url,
    include: [/\/packages\/(sync|collections)\/dist\//, /\/explore\/queue-\w+\.js/],
    patch: [FEW, SHORT, ...patch],
  })
}

export function loadMapScenes(patch: readonly Patch[] = []): Promise<typeof MapScenarios> {
  return load<typeof MapScenarios>('./map-scenarios.js', {
    parent: import.meta.url,
    include: [
      /\/packages\/(sync|collections|arena|tiny|mid|learning|core)\/dist\//,
      /\/explore\/map-\w+\.js/,
    ],
    declared: { 'arena/dist/ordering.js': ORDERED },
    patch: [SHORT, ...patch],
  })
}
