import { ALL, testScenes } from './explored.ts'

await testScenes('Reader-writer lock', { readers: ALL, writers: ALL, readersTime: ALL, writersTime: ALL })
