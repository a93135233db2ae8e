import { each, testScenes } from '@hakmem/testing/explored'
import { loadScenes } from './lab.ts'

// A second kill, of the reaper at any of its steps, and one that goes on. The others take minutes: `pnpm test:deep`.
testScenes(
  'Reapers that are killed',
  await loadScenes(),
  each(['leaving', 'parks', 'large'], { preemptions: 0, kills: 2 }),
)
