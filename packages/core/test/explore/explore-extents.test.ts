import { ALL, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Extents', await loadScenes(), { singleExtents: ALL, release: ALL })
