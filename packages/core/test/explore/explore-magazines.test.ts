import { ALL, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Magazines', await loadScenes(), { stow: ALL, reload: ALL })
