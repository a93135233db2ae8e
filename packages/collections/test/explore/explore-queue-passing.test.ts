import { LARGE, testScenes } from './explored.ts'
import { loadQueueScenes } from './lab.ts'

testScenes('Queue', await loadQueueScenes(), { passing: LARGE, times: LARGE })
