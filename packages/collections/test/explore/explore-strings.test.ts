import { LARGE, testScenes } from '@hakmem/testing/explored'
import { loadMapScenes } from './lab.ts'

testScenes('StringTable', await loadMapScenes(), { interning: LARGE })
