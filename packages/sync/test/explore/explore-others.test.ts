import { ALL, testScenes } from './explored.ts'

await testScenes('Semaphore, barrier, once', {
  semaphore: ALL,
  semaphoreTimes: ALL,
  barrier: ALL,
  barrierOfThree: ALL,
  barrierTimes: ALL,
  barrierMissed: ALL,
  once: ALL,
  onceFails: ALL,
})
