import { ALL, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

testScenes('Adoption of chains that are parked', await loadScenes(), { chainParks: ALL, refillAdopts: ALL })
