import { ALL, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Adoption', await loadScenes(), { adoptions: ALL })
