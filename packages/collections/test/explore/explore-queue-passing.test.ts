import { LARGE, testScenes } from '@hakmem/testing/explored'
import { loadQueueScenes } from './lab.ts'

testScenes('Queue, values passed on', await loadQueueScenes(), { passing: LARGE })
