import { ALL, testScenes } from './explored.ts'

await testScenes('Semaphore and once', {
  semaphore: ALL,
  semaphoreTimes: ALL,
  once: ALL,
  onceTimes: ALL,
  onceFails: ALL,
})
