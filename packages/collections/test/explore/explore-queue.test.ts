import { LARGE, testScenes } from './explored.ts'
import { loadQueueScenes } from './lab.ts'

testScenes('Queue', await loadQueueScenes(), {
  twoConsumers: LARGE,
  twoProducers: LARGE,
  passing: LARGE,
  times: LARGE,
  closing: LARGE,
})
