import { ALL, LARGE, testScenes } from './explored.ts'

await testScenes('Condition', { condition: ALL, conditionTimes: LARGE })
