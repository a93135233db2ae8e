import { testScenes } from './explored.ts'

await testScenes('slow paths', ['overflows'])
