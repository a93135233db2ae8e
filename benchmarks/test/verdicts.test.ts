import { assert, suite } from '@hakmem/testing'
import { PARTS } from '#contender/protocol'
import { shortfalls } from '#gate'
import { peers } from '#peers/peers'
import { latencyTarget, memoryTarget, references, speedUpTarget, targets } from '#targets'
import { meanOf, ratiosTo, verdictsOn } from '#verdicts'
import { workloads } from '#workloads'
import { memory, ratio, report, result } from './figures.ts'

const verdicts = suite('verdicts')

verdicts('targets name workloads and contenders that exist', () => {
  const known = workloads.map(({ name }) => name)
  const named = [...targets, latencyTarget, speedUpTarget].flatMap(({ workloads }) => workloads)
  assert.equal(
    named.filter((name) => !known.includes(name)),
    [],
  )
  const contenders = peers.map(({ name }) => name)
  const against = [...Object.values(references).flatMap(({ peers }) => peers), ...memoryTarget.peers]
  assert.equal(
    against.filter((name) => !contenders.includes(name)),
    [],
  )
})

verdicts('a ratio is held against the floor and the aim of its place', () => {
  const { mimalloc } = references
  const states = [0.5, 1.9, 3].map((figure) => {
    const ratios = [ratio('mid-large-mt', 2, mimalloc.peers[0], figure)]
    const [verdict] = verdictsOn(report({ ratios }))
    assert.is(verdict.wanted, '1.8 / 2.5')
    return verdict.state
  })
  assert.equal(states, ['missed', 'floor', 'aim'])
})

verdicts('a place without a target has no verdict', () => {
  const ratios = [ratio('mid-large-mt', 4, references.mimalloc.peers[0], 0.1)]
  assert.equal(verdictsOn(report({ ratios })), [])
})

verdicts('the geometric mean is judged once every workload with a target took part', () => {
  const { peers } = references.mimalloc
  const all = [...new Set(targets.flatMap(({ workloads }) => workloads))]
  const ratios = all.map((workload) => ratio(workload, 8, peers[0], 1.2))
  const meanIn = (some: typeof ratios) =>
    verdictsOn(report({ ratios: some })).filter(({ what }) => what.startsWith('geometric mean'))
  const [mean] = meanIn(ratios)
  const variants = workloads.filter(({ name, variantOf }) => variantOf !== undefined && all.includes(name))
  assert.is(mean.what, `geometric mean of ${all.length - variants.length} workloads`)
  assert.equal([mean.measured, mean.state], ['1.20 x', 'floor'])
  assert.equal(meanIn(ratios.slice(1)), [])
})

verdicts('of several contenders the fastest counts, place by place', () => {
  const [one, other] = references.field.peers
  const ratios = [
    ratio('larson', 1, one, 1.5),
    ratio('larson', 1, other, 1.2),
    ratio('larson', 2, one, 0.8),
    ratio('larson', 2, other, 0.9),
  ]
  assert.equal(
    ratiosTo('field', ratios).map(({ threads, peer }) => [threads, peer]),
    [
      [1, other],
      [2, one],
    ],
  )
})

verdicts(
  'a workload counts once in the mean, with however many threads and in however many variants it ran',
  () => {
    const mean = meanOf([
      ratio('larson', 1, 'libc', 2),
      ratio('larson', 2, 'libc', 2),
      ratio('ring', 2, 'libc', 8),
    ])
    assert.is(mean?.workloads, 2)
    assert.is(mean?.median.toFixed(9), '4.000000000')
    assert.is(meanOf([]), undefined)
    const shapes = ['tiny-hot', 'tiny-hot-dynamic', 'tiny-hot-called'].map((name) =>
      ratio(name, 1, 'libc', 8),
    )
    const among = meanOf([...shapes, ratio('ring', 2, 'libc', 2)])
    assert.equal([among?.workloads, among?.median.toFixed(9)], [2, '4.000000000'])
  },
)

verdicts('the tail of one operation is held against its bound', () => {
  const nanoseconds = PARTS.map((part) => (part >= 0.999 ? 6000 : 50))
  const results = [result('random-mixed', 1, 'hakmem', 50, { latency: { count: 2000, nanoseconds } })]
  const [verdict] = verdictsOn(report({ results }))
  assert.equal([verdict.measured, verdict.wanted, verdict.state], ['6.0 us', 'at most 5.0 us', 'missed'])
  const few = [result('random-mixed', 1, 'hakmem', 50, { latency: { count: 999, nanoseconds } })]
  assert.equal(verdictsOn(report({ results: few })), [])
})

verdicts('growth of memory is judged where enough is live, by place and in the mean', () => {
  const [peer] = memoryTarget.peers
  const pair = (workload: string, own: number, other: number, live: number) => [
    result(workload, 2, 'hakmem', 1, { memory: memory(own, live) }),
    result(workload, 2, peer, 1, { memory: memory(other, live) }),
  ]
  const results = [
    ...pair('mid-large-mt', 32, 20, 18),
    ...pair('larson-mid', 80, 100, 90),
    ...pair('larson', 9, 3, 2),
  ]
  const found = verdictsOn(report({ results }))
  assert.equal(
    found.map(({ measured, state }) => [measured, state]),
    [
      ['1.60 x', 'missed'],
      ['0.80 x', 'aim'],
      ['1.13 x', 'missed'],
    ],
  )
})

verdicts('below the bound of --fail-below fall places and means', () => {
  const ratios = [
    ratio('larson', 1, 'libc', 1.2),
    ratio('ring', 2, 'libc', 0.7),
    ratio('ring', 2, 'jemalloc', 3),
  ]
  assert.equal(shortfalls(ratios, 0.5), [])
  assert.match(shortfalls([], 0.5).join(), 'nothing was checked')
  const lines = shortfalls(ratios, 1)
  assert.is(lines.length, 2)
  assert.match(lines[0], 'below 1: ring ×2, 0.70 (')
  assert.match(lines[0], 'against libc')
  assert.match(lines[1], 'the geometric mean, 0.92 (')
})

verdicts('a target against the best of several says so where not all of them took part', () => {
  const { peers } = references.field
  const against = (names: readonly string[]) =>
    verdictsOn(report({ ratios: names.map((peer, k) => ratio('larson', 2, peer, 2 + k)) }))[0].against
  assert.is(against(peers), peers[0])
  assert.is(against(peers.slice(1)), `${peers[1]} (2 of 3)`)
})

verdicts.run()
