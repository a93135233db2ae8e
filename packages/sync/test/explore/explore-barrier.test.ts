import { ALL, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Barrier', await loadScenes(), {
  barrier: ALL,
  barrierOfThree: ALL,
  barrierTimes: ALL,
  barrierMissed: ALL,
})
