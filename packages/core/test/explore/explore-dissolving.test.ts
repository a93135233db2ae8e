import { KILLS, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

// With two preemptions it is 458,636 schedules, and minutes: `pnpm test:deep`.
testScenes('Vacant records dissolved', await loadScenes(), { dissolving: KILLS })
