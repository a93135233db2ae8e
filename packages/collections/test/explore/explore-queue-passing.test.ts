import { LARGE, testScenes } from '@hakmem/testing/explored'
import { loadQueueScenes } from './lab.ts'

testScenes('Queue', await loadQueueScenes(), { passing: LARGE, times: LARGE })
