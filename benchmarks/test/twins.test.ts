/**
 * Every contender does the same work: with the same seed and a fixed number of operations, the loops in
 * TypeScript (under several allocators) and the twin in C, native and in WebAssembly, report the same counts and the same checksum, which mixes
 * sizes, slots and the bytes read back.
 */

import { assert, suite } from '@hakmem/testing'
import { launchOf } from '#peers/launch'
import { peers } from '#peers/peers'
import { Contender } from '#run/contender'
import { type Workload, workloads } from '#workloads'

const OPERATIONS = 10_000
/** larson made small: the pool behind a lock is slow, and a lane is to go back and forth between its threads. */
const SMALL_LARSON = { slots: 500, turn: 1500 }

const twins = suite('twins')
const compared = peers.filter(({ name }) =>
  ['hakmem', 'thi.ng', 'as-tlsf', 'libc', 'em-dlmalloc'].includes(name),
)
const present = compared.filter((peer) => {
  const launch = launchOf(peer)
  if ('missing' in launch) console.log(`${peer.name} is not compared: ${launch.missing}`)
  return !('missing' in launch)
})
const names = present.map(({ name }) => name)
const contenders: Contender[] = []

twins.before(async () => {
  for (const peer of present) contenders.push(await Contender.start(peer))
})

twins.after(async () => {
  for (const contender of contenders) await contender.end()
})

for (const workload of workloads) {
  twins(`${workload.name} is the same work for ${names.join(', ')}`, async () => {
    for (const [threads, seed] of workload.kind.fixedThreads === undefined
      ? [
          [1, 1],
          [2, 4141],
        ]
      : [[2, 4141]]) {
      const [first, ...others] = await measureAll(workload, threads, seed)
      assert.ok(first.ops >= OPERATIONS * (workload.kind.fixedThreads === undefined ? threads : 1))
      for (const other of others) assert.equal(other, first)
    }
  })
}

twins('another seed is other work', async () => {
  const workload = workloads.find(({ name }) => name === 'random-mixed') as Workload
  const [one] = await measureAll(workload, 1, 1)
  const [other] = await measureAll(workload, 1, 2)
  assert.is(one.ops, other.ops)
  assert.is.not(one.checksum, other.checksum)
})

twins.run()

async function measureAll(workload: Workload, threads: number, seed: number) {
  const done: { ops: number; checksum: number }[] = []
  for (const contender of contenders) {
    const { kind } = workload
    const shape = { ...workload.shape, ...(kind.name === 'larson' && SMALL_LARSON) }
    await contender.prepare({ do: 'prepare', kind: kind.name, shape, threads, seed, touchBytes: 100_000 })
    const { ops, checksum } = await contender.fixed(OPERATIONS)
    done.push({ ops, checksum })
  }
  return done
}
