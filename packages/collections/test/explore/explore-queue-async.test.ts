import { ALL, testScenes } from '@hakmem/testing/explored'
import { loadQueueScenes } from './lab.ts'

testScenes('Queue, asynchronous forms', await loadQueueScenes(), {
  asyncEach: ALL,
  asyncTimes: [{ preemptions: 2 }],
  asyncBothWays: ALL,
})
