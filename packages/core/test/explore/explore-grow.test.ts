import { ALL, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Large blocks that grow', await loadScenes(), { grow: ALL })
