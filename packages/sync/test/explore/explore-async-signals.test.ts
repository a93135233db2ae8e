import { ALL, LARGE, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Asynchronous conditions, semaphores, barriers and once', await loadScenes(), {
  conditionAsync: ALL,
  conditionMixed: ALL,
  semaphoreAsync: ALL,
  semaphoreAsyncTimes: LARGE,
  barrierAsync: ALL,
  barrierAsyncTimes: ALL,
  onceAsync: ALL,
  onceAsyncFails: ALL,
})
