import { LARGE, testScenes } from '@hakmem/testing/explored'
import { loadQueueScenes } from './lab.ts'

testScenes('Queue, two producers and the end', await loadQueueScenes(), {
  twoProducers: LARGE,
  closing: LARGE,
})
