import { ALL, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('One block freed twice', await loadScenes(), { doubleFree: ALL })
