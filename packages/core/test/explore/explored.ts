// What each scenario is put through in `npm test`, as tests: every schedule of two preemptions with a kill at every step.

import { drain, type ExploreOptions, explore } from '@hakmem/interleave'
import { assert, suite } from '@hakmem/testing'
import { loadScenes, type Scene, type SceneName } from './lab.ts'

/** Milliseconds for one scenario; the longest takes 25 s on an idle machine. */
const TIMEOUT = 170_000

/** Explores to the end and fails with the shrunk schedule's table if there is one that breaks a promise. */
export function holds(scene: Scene, options: ExploreOptions): void {
  const { failure, complete, schedules } = explore(scene, options)
  if (failure !== undefined) throw new Error(String(failure))
  assert.ok(complete, `all of it was explored, in ${schedules} schedules`)
}

export async function testScenes(title: string, names: readonly SceneName[]): Promise<void> {
  const scenes = await loadScenes()
  const test = suite(`${title}: every schedule of two preemptions, with a kill at every step`)
  for (const name of names) {
    const scene = drain(scenes[name]()) as Scene
    test(scene.name, () => holds(scene, { preemptions: 2, kills: 1 }), { timeout: TIMEOUT })
  }
  test.run()
}
