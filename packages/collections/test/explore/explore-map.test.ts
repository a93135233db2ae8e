import { ALL, LARGE, testScenes } from './explored.ts'
import { loadMapScenes } from './lab.ts'

testScenes('SharedMap', await loadMapScenes(), { growing: ALL, deleting: LARGE })
