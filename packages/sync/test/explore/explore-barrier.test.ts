import { ALL, testScenes } from './explored.ts'

await testScenes('Barrier', { barrier: ALL, barrierOfThree: ALL, barrierTimes: ALL, barrierMissed: ALL })
