import { ALL, testScenes } from './explored.ts'

await testScenes('Reapers', { mutexReaped: ALL, readerReaped: ALL, writerReaped: ALL })
