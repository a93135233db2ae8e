import { testScenes } from './explored.ts'

await testScenes('magazines', ['stow', 'reload'])
