import { each, testScenes } from '@hakmem/testing/explored'
import { loadScenes, type SceneName } from './lab.ts'

// Plain accesses of two threads that nothing orders, in every scenario but one: who frees one block twice races on purpose.
const scenes = await loadScenes()
const names = (Object.keys(scenes) as SceneName[]).filter((name) => name !== 'doubleFree')
testScenes('Races', scenes, each(names, { preemptions: 1, races: true }))
