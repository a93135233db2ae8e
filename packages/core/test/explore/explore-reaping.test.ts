import { testScenes } from './explored.ts'

await testScenes('reaping', ['lateFree', 'twoReapers'])
