import { ALL, LARGE, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Asynchronous reader-writer lock', await loadScenes(), {
  rwlockAsync: ALL,
  rwlockMixed: LARGE,
  readersAsyncTime: LARGE,
})
