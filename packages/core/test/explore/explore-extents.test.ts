import { testScenes } from './explored.ts'

await testScenes('extents', ['singleExtents', 'rows', 'release'])
