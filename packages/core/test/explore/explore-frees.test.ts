import { testScenes } from './explored.ts'

await testScenes('frees of other threads', ['sweep', 'twoFrees', 'retire', 'parks', 'doubleFree'])
