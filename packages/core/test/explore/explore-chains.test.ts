import { testScenes } from './explored.ts'

await testScenes('adoption of chains', ['refillAdopts', 'chain'])
