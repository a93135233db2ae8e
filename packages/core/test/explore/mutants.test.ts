// The scenarios can fail: each bug planted in the shipped heap is found, within so many schedules.

import { drain, explore } from '@hakmem/interleave'
import { assert, suite } from '@hakmem/testing'
import { loadScenes, type Scene } from './lab.ts'
import { mutants } from './mutants.ts'

const test = suite('a bug planted in the heap is found')

for (const { name, patch, scene, within, ...faults } of mutants) {
  test(
    name,
    async () => {
      const scenes = await loadScenes(patch)
      const { failure, schedules } = explore(drain(scenes[scene]()) as Scene, {
        ...faults,
        maxSchedules: within,
        shrink: false,
      })
      assert.ok(failure !== undefined, `it was found within ${within} schedules (${schedules} were run)`)
    },
    { timeout: 60_000 },
  )
}

test.run()
