import { ALL, LARGE, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Asynchronous mutex', await loadScenes(), {
  mutexAsync: ALL,
  mutexAsyncTimes: LARGE,
  mutexTasks: ALL,
  mutexBothWays: LARGE,
  mutexNested: LARGE,
})
