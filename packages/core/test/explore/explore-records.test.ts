import { testScenes } from './explored.ts'

await testScenes('records', ['records', 'leaving', 'newTenant'])
