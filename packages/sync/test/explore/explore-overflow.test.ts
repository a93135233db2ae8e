import { OVERFLOWS, testScenes } from './explored.ts'

await testScenes('Stack overflows', {
  mutexOverflows: OVERFLOWS,
  mutexAsyncOverflows: OVERFLOWS,
  conditionOverflows: OVERFLOWS,
  semaphoreOverflows: OVERFLOWS,
  rwlockOverflows: OVERFLOWS,
})
