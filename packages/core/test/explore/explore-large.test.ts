import { ALL, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Large blocks', await loadScenes(), { large: ALL, shrink: ALL })
