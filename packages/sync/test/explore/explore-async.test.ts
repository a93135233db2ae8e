import { ALL, LARGE, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Asynchronous forms', await loadScenes(), {
  mutexAsync: ALL,
  mutexAsyncTimes: LARGE,
  mutexTasks: ALL,
  mutexBothWays: LARGE,
  mutexNested: LARGE,
  conditionAsync: ALL,
  conditionMixed: ALL,
  semaphoreAsync: ALL,
  semaphoreAsyncTimes: LARGE,
  barrierAsync: ALL,
  barrierAsyncTimes: ALL,
  onceAsync: ALL,
  onceAsyncFails: ALL,
  rwlockAsync: ALL,
  rwlockMixed: LARGE,
  readersAsyncTime: LARGE,
})
