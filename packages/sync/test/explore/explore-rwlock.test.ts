import { ALL, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Reader-writer lock', await loadScenes(), {
  readers: ALL,
  writers: ALL,
  readersTime: ALL,
  writersTime: ALL,
})
