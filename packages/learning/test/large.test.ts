// Large alone, on an arena: blocks of 64 KiB and more, placed by a policy.

import { Arena, audit, PAGE, ThreadRecord } from '@hakmem/arena'
import { DEFAULT_STRATEGY, Large, STRATEGIES, type Strategy } from '@hakmem/learning'
import { assert, suite } from '@hakmem/testing'

const MIB = 2 ** 20

function make(policy?: Strategy, bytes = 64 * MIB) {
  const arena = Arena.create({ bytes, threads: 2 })
  const record = ThreadRecord.claim(arena, 0)
  const large = policy === undefined ? new Large(record) : new Large(record, policy)
  const free = (p: number) => {
    record.enter()
    large.release(p / PAGE)
    record.leave()
  }
  return { arena, record, large, free, sizeOf: (p: number) => record.runs.pagesAt(p / PAGE) * PAGE }
}

function strategyOf(name: string): Strategy {
  const strategy = STRATEGIES.find((one) => one.name === name)
  if (strategy === undefined) throw new Error(`there is no strategy '${name}'`)
  return strategy
}

const test = suite('large, alone')

test('blocks are whole pages, separate, and gone when freed', () => {
  const { arena, record, large, free, sizeOf } = make()
  const start = audit(arena)
  const blocks = [65_536, 65_537, 100_000, MIB, 5 * MIB + 1].map((size) => ({ size, p: large.take(size) }))
  for (const { size, p } of blocks) {
    assert.is(p % PAGE, 0)
    assert.ok(sizeOf(p) >= size && sizeOf(p) < size + PAGE)
  }
  blocks.sort((a, b) => a.p - b.p)
  for (const [k, { p }] of blocks.entries()) {
    assert.ok(k === 0 || p >= blocks[k - 1].p + sizeOf(blocks[k - 1].p))
  }
  assert.is(
    audit(arena).live,
    blocks.reduce((sum, { p }) => sum + sizeOf(p), 0),
  )
  for (const { p } of blocks) free(p)
  record.flush()
  assert.equal(audit(arena), start)
})

test('what does not fit is 0, and changes nothing that is live', () => {
  const { arena, large } = make()
  const p = large.take(MIB)
  for (const size of [64 * MIB, 2 ** 32, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
    assert.is(large.take(size), 0)
    assert.is(large.takeAligned(size, PAGE), 0)
  }
  assert.is(large.takeAligned(1, 2 ** 40), 0)
  assert.not(large.resize(p / PAGE, 2 ** 40))
  const { ok, live } = audit(arena)
  assert.equal([ok, live], [true, MIB])
})

test('aligned blocks lie at multiples', () => {
  const { arena, large } = make()
  for (let alignment = PAGE; alignment <= 8 * MIB; alignment *= 2) {
    assert.is(large.takeAligned(70_000, alignment) % alignment, 0)
  }
  assert.ok(audit(arena).ok)
})

test('a block over several extents is one, and its extents go back with it', () => {
  const { arena, record, large, free } = make()
  const p = large.take(10 * MIB)
  const extents = record.extents.census().held.get(0) ?? 0
  assert.ok(extents * 2 ** arena.geometry.extentShift >= 10 * MIB)
  assert.ok(audit(arena).ok)
  free(p)
  record.flush()
  assert.is(record.extents.census().held.size, 0)
})

test('a block grows into free pages and new extents, and shrinks from its end', () => {
  const { arena, large, sizeOf } = make()
  const p = large.take(100_000)
  for (const size of [110_000, 400_000, 20 * MIB, 300_000, 65_536]) {
    assert.ok(large.resize(p / PAGE, size), `${size}`)
    assert.is(sizeOf(p), Math.ceil(size / PAGE) * PAGE)
    assert.is(audit(arena).live, sizeOf(p))
    assert.ok(audit(arena).ok)
  }
  const next = large.take(65_536)
  assert.is(next, p + sizeOf(p))
  assert.not(large.resize(p / PAGE, 100_000))
  assert.is(sizeOf(p), 65_536)
})

test.run()

const policies = suite('policies')

policies('one is asked before the placement, and its pages are what is taken', () => {
  const asked: unknown[] = []
  const generous: Strategy = {
    name: 'twice as much',
    retain: 0,
    pages(pages, site) {
      asked.push(['pages', pages, site])
      return 2 * pages
    },
    place(space, pages, site) {
      asked.push(['place', pages, site])
      return space.bestFit(pages)
    },
  }
  const { arena, record, large, sizeOf } = make(generous)
  const p = large.take(100_000, 7)
  // Asked again behind the look for marks only if that found one.
  assert.equal(asked, [
    ['pages', 25, 7],
    ['place', 50, 7],
  ])
  assert.is(sizeOf(p), 50 * PAGE)
  const q = large.take(65_536, 8)
  assert.equal(asked.slice(2), [
    ['pages', 16, 8],
    ['place', 32, 8],
  ])
  assert.is(audit(arena).live, sizeOf(p) + sizeOf(q))
  assert.is(record.runs.usedPages, 82)
})

policies('where it places is where the block lies', () => {
  const highest: Strategy = {
    name: 'the highest free run',
    retain: 0,
    pages: (pages) => pages,
    place: (space, pages) => space.highest(pages),
  }
  const results = [DEFAULT_STRATEGY, highest].map((policy) => {
    const { large, free } = make(policy)
    const [, hole, , ,] = [65_536, 65_536, 65_536, 65_536, 65_536].map((size) => large.take(size))
    free(hole)
    return { hole, p: large.take(65_536) }
  })
  assert.is(results[0].p, results[0].hole)
  assert.is.not(results[1].p, results[1].hole)
})

policies('best fit takes the shortest run that is long enough, the lowest of those', () => {
  const { large, free } = make()
  const pages = [30, 17, 24, 17, 50, 17, 24, 17]
  const blocks = pages.map((count) => large.take(count * PAGE))
  for (const k of [6, 4, 0, 2]) free(blocks[k])
  assert.is(large.take(20 * PAGE), blocks[2])
  assert.is(large.take(24 * PAGE), blocks[6])
  assert.is(large.take(25 * PAGE), blocks[0])
})

policies(
  'where a strategy retains freed runs, they are at most 2 % of what is used, and one serves the next request of its length',
  () => {
    const { arena, record, large, free, sizeOf } = make(strategyOf('best fit, 2 % retained'), 256 * MIB)
    const blocks = Array.from({ length: 400 }, (_, k) => large.take(65_536 + (k % 7) * 40_000))
    const { live } = audit(arena)
    let most = 0
    for (let k = 0; k < 400; k += 2) {
      free(blocks[k])
      const { cached, live: left } = audit(arena)
      assert.ok(cached <= 0.02 * (left + cached) + 1, `${cached} of ${left}`)
      most = Math.max(most, cached)
    }
    assert.ok(most > 0.005 * live, 'nothing was retained')
    const { cached } = audit(arena)
    const retained = record.runs.usedPages * PAGE - audit(arena).live
    assert.is(retained, cached)
    const p = large.take(sizeOf(blocks[1]))
    assert.ok(audit(arena).ok)
    assert.ok(p > 0)
    record.flush()
    assert.is(audit(arena).cached, 0)
  },
)

policies('a policy that retains nothing leaves nothing cached', () => {
  const { arena, large, free } = make({ ...DEFAULT_STRATEGY, retain: 0 })
  const blocks = Array.from({ length: 100 }, () => large.take(65_536))
  for (const p of blocks) {
    free(p)
    assert.is(audit(arena).cached, 0)
  }
})

policies.run()
