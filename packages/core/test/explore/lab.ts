// Loads the scenarios with the shipped heap under them, rewritten; or with a bug planted in it.

import { load, type Patch } from '@hakmem/interleave'
import type * as Scenarios from './scenarios.ts'

export type { Scene } from './scenes/scene.ts'
export type SceneName = keyof typeof Scenarios

/** The functions of the ordering module whose accesses are plain on x86-64, and what they mean. */
const ORDERED = { peek: 'unordered', glance: 'unordered', mark: 'release', seen: 'acquire' } as const

/**
 * A thread can be stopped in a call but not in the trap of a proxy, which the engine itself runs. So the two slow paths
 * that the shipped code runs through one (`outofline.ts`) are called here: the same functions at the same places.
 */
const INLINE: readonly Patch[] = [
  { file: 'core/dist/specialise.js', replace: 'this.#refill instanceof none', by: 'this.slowMalloc()' },
  { file: 'core/dist/specialise.js', replace: 'this.#leftover instanceof none', by: 'this.slowFree()' },
]

/** A module of this folder, rewritten with `world.ts`, the scenes and the heap under it; `ordered`: its plain accesses. */
export function loadRewritten<T>(
  file: string,
  ordered: Readonly<Record<string, 'unordered' | 'acquire' | 'release'>>,
  patch: readonly Patch[] = [],
): Promise<T> {
  return load<T>(`./${file}`, {
    parent: import.meta.url,
    include: [
      /\/packages\/(arena|tiny|mid|learning|core)\/dist\//,
      new RegExp(`/explore/(${file}|world\\.js|scenes/)`),
    ],
    declared: { 'arena/dist/ordering.js': ordered },
    patch: [...INLINE, ...patch],
  })
}

export function loadScenes(patch: readonly Patch[] = []): Promise<typeof Scenarios> {
  return loadRewritten('scenarios.js', ORDERED, patch)
}
