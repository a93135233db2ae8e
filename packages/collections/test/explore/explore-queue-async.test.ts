import { ALL, LARGE, testScenes } from '@hakmem/testing/explored'
import { loadQueueScenes } from './lab.ts'

testScenes('Queue, asynchronous forms', await loadQueueScenes(), {
  asyncEach: ALL,
  asyncConsumers: LARGE,
  asyncProducers: LARGE,
  asyncTimes: [{ preemptions: 2 }],
  asyncBothWays: ALL,
})
