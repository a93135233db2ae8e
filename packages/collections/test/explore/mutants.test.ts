// The scenarios can fail: each bug planted in the shipped packages is found, within so many schedules.

import { type Mutant, testMutants } from '@hakmem/testing/explored'
import { loadMapScenes, loadQueueScenes } from './lab.ts'

const inQueue: readonly Mutant<keyof Awaited<ReturnType<typeof loadQueueScenes>>>[] = [
  {
    name: 'a producer looks for sleepers before its value is in',
    patch: {
      file: 'collections/dist/queue-ring.js',
      replace:
        'Atomics.store(words, at + Q_TAIL, (tail + 1) | 0);\n        if ((Atomics.load(words, at + Q_IN + 1) & 1) !== 0)\n            gateIn.ring();',
      by: 'if ((Atomics.load(words, at + Q_IN + 1) & 1) !== 0)\n            gateIn.ring();\n        Atomics.store(words, at + Q_TAIL, (tail + 1) | 0);',
    },
    scene: 'twoConsumers',
  },
  {
    name: 'who brings several wakes one',
    patch: {
      file: 'collections/dist/queue-ring.js',
      replace: 'k < count && (Atomics.load(words, at + Q_IN',
      by: 'k < 1 && (Atomics.load(words, at + Q_IN',
    },
    scene: 'manyIn',
  },
  {
    name: 'who has rung does not say that others may sleep still',
    patch: { file: 'sync/dist/gate.js', replace: 'Atomics.or(words, at, 1);', by: '' },
    scene: 'twoConsumers',
  },
  {
    name: 'a consumer that dies takes the wake along that it was given',
    patch: { file: 'sync/dist/gate.js', replace: 'this.thread.enter(this.offset + 4 + WAKE);', by: '' },
    scene: 'passing',
    kills: 1,
  },
  {
    name: 'a dead producer does not wake consumers',
    patch: {
      file: 'sync/dist/hand-on.js',
      replace: 'if (kind === READ || kind === TELL)',
      by: 'if (kind === READ)',
    },
    scene: 'passing',
    kills: 1,
  },
]

const inMap: readonly Mutant<keyof Awaited<ReturnType<typeof loadMapScenes>>>[] = [
  {
    name: 'a node is linked before it is filled',
    patch: {
      file: 'collections/dist/node-table.js',
      replace:
        'writeNode(heap, node, hash, tag, key, value);\n        this.place(heap.U32[at + H_SLOTS], node, hash);',
      by: 'this.place(heap.U32[at + H_SLOTS], node, hash);\n        writeNode(heap, node, hash, tag, key, value);',
    },
    scene: 'growing',
    kills: 1,
  },
  {
    name: 'old slots are freed before the new ones are linked',
    patch: {
      file: 'collections/dist/node-table.js',
      replace: 'W[at + H_SLOTS] = block;',
      by: 'heap.free(old); W[at + H_SLOTS] = block; if (block !== 0) return;',
    },
    scene: 'growing',
    kills: 1,
  },
]

testMutants('the queue', loadQueueScenes, inQueue, 100_000)
testMutants('the map', loadMapScenes, inMap, 100_000)
