import { ALL, LARGE, testScenes } from '@hakmem/testing/explored'
import { loadQueueScenes } from './lab.ts'

testScenes('Queue', await loadQueueScenes(), { oneEach: ALL, twoConsumers: LARGE })
