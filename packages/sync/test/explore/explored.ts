// What the scenarios are put through in `npm test`, as tests.

import { drain, type ExploreOptions, explore } from '@hakmem/interleave'
import { assert, suite } from '@hakmem/testing'
import { loadScenes, type Scene, type SceneName } from './lab.ts'

/** Milliseconds for one exploration; the longest takes 30 s on an idle machine. */
const TIMEOUT = 170_000

/** Every schedule of two preemptions, with a kill at every step. */
export const ALL: readonly ExploreOptions[] = [{ preemptions: 2, kills: 1 }]
/** For scenarios in which that would take minutes: without kills; and with them, of one preemption. */
export const LARGE: readonly ExploreOptions[] = [{ preemptions: 2 }, { preemptions: 1, kills: 1 }]

/** Of one preemption, with a stack overflow at every call and loop. */
export const OVERFLOWS: readonly ExploreOptions[] = [{ preemptions: 1, throws: 1 }]

export async function testScenes(
  title: string,
  names: Readonly<Partial<Record<SceneName, readonly ExploreOptions[]>>>,
): Promise<void> {
  const scenes = await loadScenes()
  const test = suite(`${title}, explored`)
  for (const [name, runs] of Object.entries(names) as [SceneName, readonly ExploreOptions[]][]) {
    for (const options of runs) {
      const scene = drain(scenes[name]()) as Scene
      const { preemptions, kills = 0, throws = 0 } = options
      const bounds = `${preemptions} preemptions${kills === 0 ? '' : ', a kill at every step'}${throws === 0 ? '' : ', an overflow at every call'}`
      test(
        `${scene.name}: ${bounds}`,
        () => {
          const { failure, complete, schedules } = explore(scene, options)
          if (failure !== undefined) throw new Error(String(failure))
          assert.ok(complete, `all of it was explored, in ${schedules} schedules`)
        },
        { timeout: TIMEOUT },
      )
    }
  }
  test.run()
}
