import { ALL, LARGE, testScenes } from './explored.ts'

await testScenes('Condition', { condition: LARGE, conditionOfTwo: ALL, conditionTimes: LARGE })
