import { ALL, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Extents in a row', await loadScenes(), { rows: ALL })
