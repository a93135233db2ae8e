import { ALL, LARGE, testScenes } from './explored.ts'

await testScenes('Asynchronous forms', {
  mutexAsync: LARGE,
  mutexAsyncTimes: LARGE,
  mutexTasks: ALL,
  mutexBothWays: LARGE,
  mutexNested: LARGE,
  conditionAsync: ALL,
  conditionMixed: ALL,
  semaphoreAsync: LARGE,
  semaphoreAsyncTimes: LARGE,
  barrierAsync: ALL,
  barrierAsyncTimes: ALL,
  onceAsync: LARGE,
  onceAsyncFails: ALL,
  rwlockAsync: ALL,
  rwlockMixed: LARGE,
  readersAsyncTime: LARGE,
})
