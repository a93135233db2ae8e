import { LARGE, testScenes } from './explored.ts'
import { loadQueueScenes } from './lab.ts'

testScenes('Queue', await loadQueueScenes(), { manyIn: LARGE, manyOut: LARGE })
