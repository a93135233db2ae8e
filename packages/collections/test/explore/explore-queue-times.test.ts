import { LARGE, testScenes } from '@hakmem/testing/explored'
import { loadQueueScenes } from './lab.ts'

testScenes('Queue, waits for a time', await loadQueueScenes(), { times: LARGE })
