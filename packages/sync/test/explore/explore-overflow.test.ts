import { OVERFLOWS, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Stack overflows', await loadScenes(), {
  mutexOverflows: OVERFLOWS,
  mutexAsyncOverflows: OVERFLOWS,
  conditionOverflows: OVERFLOWS,
  semaphoreOverflows: OVERFLOWS,
  rwlockOverflows: OVERFLOWS,
})
