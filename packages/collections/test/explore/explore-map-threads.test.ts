import { LARGE, testScenes } from '@hakmem/testing/explored'
import { loadMapScenes } from './lab.ts'

testScenes('SharedMap, two threads grow it', await loadMapScenes(), { twoGrow: LARGE })
