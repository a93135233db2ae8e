// The scenarios can fail: each bug planted in the shipped heap is found, within so many schedules.

import { testMutants } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'
import { mutants } from './mutants.ts'

testMutants('the heap', loadScenes, mutants, 5000)
