import { testScenes } from './explored.ts'

await testScenes('adoption', ['adoptions', 'chainParks'])
