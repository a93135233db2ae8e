import { LARGE, testScenes } from '@hakmem/testing/explored'
import { loadQueueScenes } from './lab.ts'

testScenes('Queue, asynchronous forms of several', await loadQueueScenes(), {
  asyncConsumers: LARGE,
  asyncProducers: LARGE,
})
