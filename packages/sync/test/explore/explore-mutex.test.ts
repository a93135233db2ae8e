import { ALL, testScenes } from './explored.ts'

await testScenes('Mutex and spin lock', {
  mutex: ALL,
  mutexTimes: ALL,
  mutexTries: ALL,
  mutexTwice: ALL,
  spinLock: ALL,
})
