import { drain } from '@hakmem/interleave'
import { suite } from '@hakmem/testing'
import { holds } from './explored.ts'
import { loadScenes, type Scene } from './lab.ts'

// Parking looks at each of the 126 extents of a heap that is large enough: too many steps for two preemptions.
const { cachedParks } = await loadScenes()
const scene = drain(cachedParks()) as Scene
const test = suite('large blocks in caches: every schedule of one preemption, with a kill at every step')
test(scene.name, () => holds(scene, { preemptions: 1, kills: 1 }), { timeout: 170_000 })
test.run()
