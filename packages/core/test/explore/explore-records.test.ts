import { ALL, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Records', await loadScenes(), { records: ALL, leaving: ALL, newTenant: ALL })
