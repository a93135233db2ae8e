import { testScenes } from './explored.ts'

await testScenes('large blocks in caches', ['cachedLarge'])
