import { ALL, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Slow paths', await loadScenes(), { overflows: ALL })
