import { ALL, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Reaping', await loadScenes(), { lateFree: ALL })
