import { ALL, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Reapers', await loadScenes(), { mutexReaped: ALL, readerReaped: ALL, writerReaped: ALL })
