import { LARGE, testScenes } from '@hakmem/testing/explored'
import { loadMapScenes } from './lab.ts'

testScenes('SharedMap and StringTable', await loadMapScenes(), { twoGrow: LARGE, interning: LARGE })
