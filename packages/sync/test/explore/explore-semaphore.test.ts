import { ALL, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Semaphore and once', await loadScenes(), {
  semaphore: ALL,
  semaphoreTimes: ALL,
  once: ALL,
  onceTimes: ALL,
  onceFails: ALL,
})
