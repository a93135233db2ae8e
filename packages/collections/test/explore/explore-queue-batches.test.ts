import { LARGE, testScenes } from '@hakmem/testing/explored'
import { loadQueueScenes } from './lab.ts'

testScenes('Queue, batches', await loadQueueScenes(), { manyIn: LARGE, manyOut: LARGE })
