import { ALL, LARGE, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Condition', await loadScenes(), { condition: LARGE, conditionOfTwo: ALL, conditionTimes: LARGE })
