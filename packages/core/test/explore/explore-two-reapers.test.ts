import { ALL, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Two reapers', await loadScenes(), { twoReapers: ALL })
