import { ALL, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Large blocks in caches', await loadScenes(), { cachedLarge: ALL })
