import { KILLS, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

// Parking looks at each of the 126 extents of a heap that is large enough: too many steps for two preemptions.
testScenes('Large blocks in caches', await loadScenes(), { cachedParks: KILLS })
