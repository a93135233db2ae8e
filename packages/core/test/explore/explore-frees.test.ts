import { ALL, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Frees of other threads', await loadScenes(), {
  sweep: ALL,
  inOrder: ALL,
  retire: ALL,
  parks: ALL,
})
