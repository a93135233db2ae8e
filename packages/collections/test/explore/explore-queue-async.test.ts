import { ALL, LARGE, testScenes } from './explored.ts'
import { loadQueueScenes } from './lab.ts'

testScenes('Queue, asynchronous forms', await loadQueueScenes(), {
  asyncEach: ALL,
  asyncConsumers: LARGE,
  asyncProducers: LARGE,
  asyncTimes: [{ preemptions: 2 }],
  asyncBothWays: ALL,
})
