// The scenarios can fail: each bug planted in the shipped packages is found, within so many schedules.

import { drain, explore, type Patch, type Scenario } from '@hakmem/interleave'
import { assert, suite } from '@hakmem/testing'
import { loadMapScenes, loadQueueScenes } from './lab.ts'

interface Mutant {
  readonly name: string
  readonly file: string
  readonly replace: string
  readonly by: string
  readonly scene: string
  readonly kills?: number
}

const WITHIN = 100_000

const inQueue: readonly Mutant[] = [
  {
    name: 'a producer looks for sleepers before its value is in',
    file: 'collections/dist/queue-ring.js',
    replace:
      'Atomics.store(words, at + Q_TAIL, (tail + 1) | 0);\n        if ((Atomics.load(words, at + Q_IN + 1) & 1) !== 0)\n            gateIn.ring();',
    by: 'if ((Atomics.load(words, at + Q_IN + 1) & 1) !== 0)\n            gateIn.ring();\n        Atomics.store(words, at + Q_TAIL, (tail + 1) | 0);',
    scene: 'twoConsumers',
  },
  {
    name: 'who brings several wakes one',
    file: 'collections/dist/queue-ring.js',
    replace: 'k < count && (Atomics.load(words, at + Q_IN',
    by: 'k < 1 && (Atomics.load(words, at + Q_IN',
    scene: 'manyIn',
  },
  {
    name: 'who has rung does not say that others may sleep still',
    file: 'sync/dist/gate.js',
    replace: 'Atomics.or(words, at, 1);',
    by: '',
    scene: 'twoConsumers',
  },
  {
    name: 'a consumer that dies takes the wake along that it was given',
    file: 'sync/dist/gate.js',
    replace: 'this.thread.enter(this.offset + 4 + WAKE);',
    by: '',
    scene: 'passing',
    kills: 1,
  },
  {
    name: 'a dead producer does not wake consumers',
    file: 'sync/dist/hand-on.js',
    replace: 'if (kind === READ || kind === TELL)',
    by: 'if (kind === READ)',
    scene: 'passing',
    kills: 1,
  },
]

const inMap: readonly Mutant[] = [
  {
    name: 'a node is linked before it is filled',
    file: 'collections/dist/node-table.js',
    replace:
      'writeNode(heap, node, hash, tag, key, value);\n        this.place(heap.U32[at + H_SLOTS], node, hash);',
    by: 'this.place(heap.U32[at + H_SLOTS], node, hash);\n        writeNode(heap, node, hash, tag, key, value);',
    scene: 'growing',
    kills: 1,
  },
  {
    name: 'old slots are freed before the new ones are linked',
    file: 'collections/dist/node-table.js',
    replace: 'W[at + H_SLOTS] = block;',
    by: 'heap.free(old); W[at + H_SLOTS] = block; if (block !== 0) return;',
    scene: 'growing',
    kills: 1,
  },
]

const test = suite('a bug planted in the collections is found')

function testMutants(
  mutants: readonly Mutant[],
  load: (patch: readonly Patch[]) => Promise<Readonly<Record<string, () => unknown>>>,
): void {
  for (const { name, file, replace, by, scene, kills = 0 } of mutants) {
    test(
      name,
      async () => {
        const scenes = await load([{ file, replace, by }])
        const { failure, schedules } = explore(drain(scenes[scene]()) as Scenario<unknown>, {
          kills,
          maxSchedules: WITHIN,
          shrink: false,
        })
        assert.ok(failure !== undefined, `it was found (${schedules} schedules were run)`)
      },
      { timeout: 100_000 },
    )
  }
}

testMutants(inQueue, (patch) => loadQueueScenes(patch) as Promise<Record<string, () => unknown>>)
testMutants(inMap, (patch) => loadMapScenes(patch) as Promise<Record<string, () => unknown>>)
test.run()
