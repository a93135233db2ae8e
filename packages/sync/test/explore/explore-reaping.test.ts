import { ALL, LARGE, testScenes } from './explored.ts'

await testScenes('Reapers', { mutexReaped: LARGE, readerReaped: ALL, writerReaped: LARGE })
