import { ALL, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Adoption of chains', await loadScenes(), { chain: ALL })
