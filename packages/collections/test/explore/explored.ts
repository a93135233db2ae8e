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

export function testScenes<N extends string>(
  title: string,
  scenes: Readonly<Record<N, Maker>>,
  runs: Readonly<Partial<Record<N, readonly ExploreOptions[]>>>,
): void {
  const test = suite(`${title}, explored`)
  for (const [name, options] of Object.entries(runs) as [N, readonly ExploreOptions[]][]) {
    for (const run of options) {
      const scene = drain(scenes[name]()) as Scenario<unknown>
      const { preemptions, kills = 0 } = run
      test(
        `${scene.name}: ${preemptions} preemptions${kills === 0 ? '' : ', a kill at every step'}`,
        () => {
          const { failure, complete, schedules } = explore(scene, run)
          if (failure !== undefined) throw new Error(String(failure))
          assert.ok(complete, `all of it was explored, in ${schedules} schedules`)
        },
        { timeout: TIMEOUT },
      )
    }
  }
  test.run()
}
