import { ALL, LARGE, testScenes } from './explored.ts'

await testScenes('Asynchronous forms', {
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
