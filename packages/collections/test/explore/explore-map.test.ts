import { ALL, LARGE, testScenes } from '@hakmem/testing/explored'
import { loadMapScenes } from './lab.ts'

testScenes('SharedMap', await loadMapScenes(), { growing: ALL, deleting: LARGE })
