import { ALL, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Frees of other threads into one slab', await loadScenes(), { twoFrees: ALL })
