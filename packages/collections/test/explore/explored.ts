// What the scenarios are put through in `npm test`, as tests.

import { drain, type ExploreOptions, explore, type Scenario } from '@hakmem/interleave'
import { assert, suite } from '@hakmem/testing'

/** Milliseconds for one exploration; the longest takes half a minute on an idle machine. */
const TIMEOUT = 170_000

/** Every schedule of two preemptions, with a kill at every step. */
export const ALL: readonly ExploreOptions[] = [{ preemptions: 2, kills: 1 }]
/** For scenarios in which that would take minutes: without kills; and with them, of one preemption. */
export const LARGE: readonly ExploreOptions[] = [{ preemptions: 2 }, { preemptions: 1, kills: 1 }]

/** Makes a scenario; rewritten, so what it returns is drained. */
type Maker = () => unknown

export function testScenes(
  title: string,
  scenes: Readonly<Record<string, Maker>>,
  runs: Readonly<Record<string, readonly ExploreOptions[]>>,
): void {
  const test = suite(`${title}, explored`)
  for (const [name, make] of Object.entries(scenes)) {
    for (const options of runs[name] ?? ALL) {
      const scene = drain(make()) as Scenario<unknown>
      const { preemptions, kills = 0 } = options
      test(
        `${scene.name}: ${preemptions} preemptions${kills === 0 ? '' : ', a kill at every step'}`,
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
