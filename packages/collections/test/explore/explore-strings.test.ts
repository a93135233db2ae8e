import { LARGE, testScenes } from './explored.ts'
import { loadMapScenes } from './lab.ts'

testScenes('SharedMap and StringTable', await loadMapScenes(), { twoGrow: LARGE, interning: LARGE })
