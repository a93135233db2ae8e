// Each strategy, by where the blocks of one small heap lie.

import { Arena, layout, PAGE, ThreadRecord } from '@hakmem/arena'
import { DEFAULT_STRATEGY, Large, STRATEGIES, type Strategy } from '@hakmem/learning'
import { assert, suite } from '@hakmem/testing'

const test = suite('the strategies')

/** Free runs of 40, 20 and 30 pages, from the lowest up, with blocks between them, and one of 54 at the end. */
function holes(strategy: Strategy) {
  const arena = Arena.create({ bytes: 64 * 2 ** 20, threads: 2 })
  const record = ThreadRecord.claim(arena, 0)
  const large = new Large(record, strategy)
  const take = (pages: number, site = 0) => large.take(pages * PAGE, site)
  const blocks = [40, 16, 20, 16, 30, 16].map((pages) => take(pages))
  record.enter()
  for (const k of [0, 2, 4]) large.release(blocks[k] / PAGE)
  record.leave()
  return { arena, take, low: blocks[0], tight: blocks[2], high: blocks[4], end: blocks[5] + 16 * PAGE }
}

function named(name: string): Strategy {
  const strategy = STRATEGIES.find((one) => one.name === name)
  if (strategy === undefined) throw new Error(`no strategy is called '${name}'`)
  return strategy
}

test('best fit, the default, takes the shortest run that fits', () => {
  assert.is(DEFAULT_STRATEGY, named('best fit'))
  const { take, tight, high } = holes(DEFAULT_STRATEGY)
  assert.is(take(17), tight)
  assert.is(take(17), high)
})

test('first fit takes the lowest run that fits', () => {
  const { take, low, tight } = holes(named('first fit'))
  assert.is(take(17), low)
  assert.is(take(17), low + 17 * PAGE)
  assert.is(take(17), tight)
})

test('next fit goes on behind the last block, and begins again at the lowest', () => {
  const { take, low, end } = holes(named('next fit'))
  assert.equal(
    [16, 16, 16, 16].map((pages) => take(pages)),
    [end, end + 16 * PAGE, end + 32 * PAGE, low],
  )
})

test('good fit takes the lowest run of those at most an eighth too long, else the lowest; what was never used goes last', () => {
  const { take, low, tight, high, end } = holes(named('good fit'))
  assert.equal(
    [17, 18, 30, 20, 16, 16].map((pages) => take(pages)),
    [low, tight, high, low + 17 * PAGE, end, end + 16 * PAGE],
  )
})

test('rounding makes lengths multiples of an eighth of their power of two', () => {
  const { pages } = named('best fit, rounded to 1/8')
  assert.equal(
    [16, 17, 31, 32, 33, 100, 129, 1000].map((count) => pages(count, 0)),
    [16, 18, 32, 32, 36, 104, 144, 1024],
  )
  for (let count = 1; count < 5000; count++) {
    assert.ok(pages(count, 0) >= count && pages(count, 0) <= Math.max(count + 1, count * 1.125))
  }
})

test('by call site, only what is known to be brief goes elsewhere, to the end of the highest run', () => {
  const { arena, take, low, tight, high, end } = holes(named('segregated by call site'))
  arena.H[layout.H_SITES] = (7 << 1) | 1
  arena.H[layout.H_SITES + 1] = (8 << 1) | 0
  assert.is(take(17), tight)
  assert.is(take(16, 7), end + (54 - 16) * PAGE)
  assert.is(take(16, 7), end + (54 - 32) * PAGE)
  assert.is(take(30, 8), high)
  assert.is(take(30, 9), low)
})

test('names are different, and there are no more than a policy word can tell apart', () => {
  assert.is(new Set(STRATEGIES.map(({ name }) => name)).size, STRATEGIES.length)
  assert.ok(STRATEGIES.length <= 16)
})

test.run()
