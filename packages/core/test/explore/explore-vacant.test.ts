import { ALL, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Records left vacant', await loadScenes(), { vacating: ALL, freedVacant: ALL, heirs: ALL })
