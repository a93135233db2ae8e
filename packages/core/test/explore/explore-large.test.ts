import { testScenes } from './explored.ts'

await testScenes('large blocks', ['large', 'grow', 'shrink'])
