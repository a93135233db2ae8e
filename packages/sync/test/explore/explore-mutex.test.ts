import { ALL, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Mutex and spin lock', await loadScenes(), {
  mutex: ALL,
  mutexTimes: ALL,
  mutexTries: ALL,
  mutexTwice: ALL,
  spinLock: ALL,
})
