/**
 * Every contender does the same work: with the same seed and a fixed number of operations, the loops in
 * TypeScript (under several allocators) and the twin in C, native and in WebAssembly, report the same counts and
 * the same checksum, which mixes sizes, slots and the bytes read back.
 */

import { assert, notTested, suite } from '@hakmem/testing'
import { launchOf } from '#peers/launch'
import { leftOut, peers, SUBJECT } from '#peers/peers'
import { Contender } from '#run/contender'
import { type Workload, workloads } from '#workloads'

/** Kinds made small, for slow allocators: turns, rounds, lives and full buffers still come several times. */
const SMALL: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'alloc-test': { slots: 2000 },
  'large-churn': { low: 16 * 1024, units: 65 },
  larson: { slots: 500, turn: 1500 },
  xmalloc: { batch: 256 },
  mstress: { scale: 5 },
  rptest: { loops: 50 },
  cache: { writes: 4000 },
  sh6: { slots: 2000 },
  sh8: { slots: 4000 },
}

/** Operations of a lane where each of them is a thread's coming and going. */
const FEWER: Readonly<Record<string, number>> = { attach: 500, mleak: 500, spawn: 3 }

/** Milliseconds: a second or two where the machine is free, but up to 25 threads take turns where it is not. */
const PATIENCE = 120_000

const twins = suite('twins')
const compared = peers.filter(({ name }) =>
  ['hakmem', 'thi.ng', 'as-tlsf', 'sab', 'libc', 'em-dlmalloc'].includes(name),
)
const present = compared.filter((peer) => {
  const launch = launchOf(peer)
  if ('missing' in launch) notTested(`that ${peer.name} does the same work: ${launch.missing}`)
  return !('missing' in launch)
})
const contenders: Contender[] = []

twins.before(async () => {
  for (const peer of present) contenders.push(await Contender.start(peer))
})

twins.after(async () => {
  for (const contender of contenders) await contender.end()
})

for (const workload of workloads) {
  const { fixedThreads } = workload.kind
  const able = present.filter((peer) => peer.passesBlocks || leftOut(peer, workload) === undefined)
  const title = `${workload.name} is the same work for ${able.map(({ name }) => name).join(', ')}`
  const compare = async () => {
    for (const threads of fixedThreads === undefined ? [1, 2, 4] : [fixedThreads]) {
      const [first, ...others] = await measureAll(workload, threads, 4140 + threads)
      assert.ok(first.ops >= operationsOf(workload) * workload.kind.lanes(threads))
      for (const other of others) assert.equal(other, first)
    }
  }
  twins(title, compare, { timeout: PATIENCE })
}

twins('another seed is other work', async () => {
  const workload = workloads.find(({ name }) => name === 'random-mixed') as Workload
  const [one] = await measureAll(workload, 1, 1)
  const [other] = await measureAll(workload, 1, 2)
  assert.is(one.ops, other.ops)
  assert.is.not(one.checksum, other.checksum)
})

twins.run()

function operationsOf({ kind }: Workload): number {
  return FEWER[kind.name] ?? 10_000
}

/** What each contender did: hakmem and the twin in C with any number of threads, the others, which are slower, with two. */
async function measureAll(workload: Workload, threads: number, seed: number) {
  const { kind } = workload
  const shape = { ...workload.shape, ...SMALL[kind.name] }
  const able = contenders.filter(
    ({ peer }) =>
      (threads === 2 || peer.name === SUBJECT || peer.kind === 'native') &&
      (peer.passesBlocks || leftOut(peer, workload) === undefined),
  )
  return Promise.all(
    able.map(async (contender) => {
      await contender.prepare({ do: 'prepare', kind: kind.name, shape, threads, seed, touchBytes: 100_000 })
      const { ops, checksum } = await contender.fixed(operationsOf(workload))
      return { ops, checksum }
    }),
  )
}
