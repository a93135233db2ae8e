// A stack overflow at any call or loop, in every scenario of a module of `scenes/`.

import { each, testScenes } from '@hakmem/testing/explored'
import { loadScenes, type SceneName } from './lab.ts'

export async function testOverflows(
  what: string,
  scenes: Readonly<Partial<Record<SceneName, unknown>>>,
): Promise<void> {
  const names = Object.keys(scenes) as SceneName[]
  testScenes(`Stack overflows: ${what}`, await loadScenes(), each(names, { preemptions: 0, throws: 1 }))
}
