// The leader, its events and what it publishes; on a clock that the tests turn.

import {
  Arena,
  EventReader,
  FREED,
  KNOBS,
  layout,
  MID_CLASSES,
  PAGE,
  RESIZED,
  ThreadRecord,
  TOOK,
} from '@hakmem/arena'
import {
  beginLearning,
  exportProfile,
  FIRST_STRATEGY,
  importProfile,
  Large,
  pin,
  report,
  STRATEGIES,
  unpin,
} from '@hakmem/learning'
import { Leader } from '@hakmem/learning/learn'
import { assert, suite } from '@hakmem/testing'

const MIB = 2 ** 20

function heap(learning: 'learn' | 'canary' | 'frozen' = 'learn', bytes = 256 * MIB) {
  const arena = Arena.create({ bytes, threads: 4, learning })
  const record = ThreadRecord.claim(arena, 10)
  const large = new Large(record)
  const free = (p: number) => {
    record.enter()
    large.release(p / PAGE)
    record.leave()
  }
  return { arena, record, large, free }
}

/** What the thread goes by in the class of 64 B. */
function tuned({ arena: { W, geometry }, at }: ThreadRecord) {
  const [target, rush, least] = [layout.R_TARGET, layout.R_RUSH, layout.R_YIELD].map(
    (words) => W[at + words + 4],
  )
  return { target, rush, least, cap: at + geometry.brims[4] - W[at + layout.R_BASES + 4] }
}

/** A leader on a thread of its own, and the clock that it goes by. */
function leading(arena: Arena, thread = 11) {
  const time = { now: 0 }
  const record = ThreadRecord.claim(arena, thread)
  const leader = new Leader(arena, thread, () => time.now)
  const epoch = () => {
    time.now += 1000
    return leader.step()
  }
  return { leader, record, time, epoch }
}

const events = suite('events')

function collect(reader: EventReader): number[][] {
  const seen: number[][] = []
  reader.read((...event) => seen.push(event), 1e6)
  return seen
}

events('are nothing until they are asked for, then everything in order', () => {
  const { arena, record, large, free } = heap()
  const reader = new EventReader(arena, record.slot)
  free(large.take(100_000))
  assert.equal(collect(reader), [])
  reader.arm()
  const p = large.take(100_000, 7)
  large.resize(p / PAGE, 200_000)
  free(p)
  assert.equal(collect(reader), [
    [TOOK, p / PAGE, 25, 7],
    [RESIZED, p / PAGE, 49, 0],
    [FREED, p / PAGE, 0, 0],
  ])
  reader.disarm()
  large.take(100_000)
  assert.equal(collect(reader), [])
})

events('tell of what another thread freed when it is collected', () => {
  const { arena, record, large } = heap()
  const reader = new EventReader(arena, record.slot)
  const p = large.take(100_000)
  reader.arm()
  arena.S[p >>> 4] = 255
  record.flush()
  assert.equal(collect(reader), [[FREED, p / PAGE, 0, 0]])
})

events('end with the first that there is no room for, until they are asked for anew', () => {
  const { arena, record, large, free } = heap()
  const reader = new EventReader(arena, record.slot)
  reader.arm()
  const size = arena.geometry.events
  for (let k = 0; k <= size / 2; k++) free(large.take(100_000))
  assert.ok(reader.isLost())
  assert.is(collect(reader).length, size)
  large.take(100_000)
  assert.equal(collect(reader), [])
  reader.arm()
  assert.not(reader.isLost())
  large.take(100_000)
  assert.is(collect(reader).length, 1)
})

events('have no ring in a heap that does not learn', () => {
  const { arena, large } = heap('frozen')
  assert.is(arena.geometry.events, 0)
  large.take(100_000)
})

events.run()

const leaders = suite('the leader')

leaders('plays what happens to the ghosts and publishes a leaderboard of games', () => {
  const { arena, large, free } = heap()
  const { epoch } = leading(arena)
  assert.ok(report(arena).leaderboard.every(({ rating, games }) => rating === undefined && games === 0))
  epoch()
  for (let round = 0; round < 3; round++) {
    const blocks = Array.from({ length: 100 }, (_, k) => large.take(65_536 * (1 + (k % 5))))
    for (const p of blocks) free(p)
    assert.ok(epoch())
  }
  const { leaderboard, epoch: count, leader, mode } = report(arena)
  assert.equal([count, leader, mode], [3, 11, 'learn'])
  for (const { rating, games, wins, losses, draws, highWater } of leaderboard) {
    assert.is(games, 3 * (STRATEGIES.length - 1))
    assert.is(wins + losses + draws, games)
    assert.ok(rating !== undefined && (highWater ?? 0) >= 1)
  }
})

leaders('an epoch with hardly an event is no match', () => {
  const { arena, large } = heap()
  const { epoch } = leading(arena)
  epoch()
  large.take(100_000)
  epoch()
  assert.ok(report(arena).leaderboard.every(({ games }) => games === 0))
})

leaders('lost events make the ghosts start over, and it says so', () => {
  const { arena, large, free } = heap()
  const { epoch } = leading(arena)
  epoch()
  for (let k = 0; k <= arena.geometry.events; k++) free(large.take(100_000))
  epoch()
  epoch()
  assert.is(report(arena).resets, 1)
})

leaders('there is one; when it leaves or dies another takes over, with the last table still there', () => {
  const { arena, large, free } = heap()
  const first = leading(arena, 11)
  const second = leading(arena, 12)
  first.epoch()
  assert.not(second.epoch())
  assert.is(report(arena).leader, 11)
  for (let k = 0; k < 100; k++) free(large.take(100_000))
  first.epoch()
  const { epoch, leaderboard } = report(arena)
  // As a reaper does for one that died.
  first.record.detach()
  second.epoch()
  assert.is(report(arena).leader, 12)
  second.leader.resign()
  assert.is(report(arena).leader, undefined)
  assert.ok(epoch > 0 && leaderboard.some(({ games }) => games > 0))
})

leaders('tries knobs on all threads when it learns, on one when it is a canary', () => {
  for (const mode of ['learn', 'canary'] as const) {
    const { arena, record } = heap(mode)
    const { epoch, record: other } = leading(arena)
    const tried: Set<number>[] = [new Set(), new Set()]
    for (const one of [record, other]) one.slabs.tune(4, { target: 100, rush: 100, yield: 8 })
    for (let k = 0; k < 40; k++) {
      for (const [n, one] of [record, other].entries()) {
        one.enter()
        one.leave()
        // Blocks enough for the epoch to count.
        one.count(5, 5000)
        tried[n].add(tuned(one).target)
      }
      epoch()
    }
    assert.ok(tried[1].size > 2, `${mode}: ${[...tried[1]]}`)
    assert.is(tried[0].size > 2, mode === 'learn', `${mode}: ${[...tried[0]]}`)
  }
})

leaders('learns from a canary alone: the others keep their caches and tell nothing', () => {
  const { arena, record, large, free } = heap('canary')
  const { epoch, record: canary, leader } = leading(arena)
  const ofCanary = new Large(canary)
  const closed = () =>
    [record, canary].map((one) => {
      one.enter()
      one.leave()
      return one.slabs.isClosed(MID_CLASSES + 1)
    })
  epoch()
  assert.equal(closed(), [false, true])
  for (let k = 0; k < 100; k++) free(large.take(100_000))
  epoch()
  assert.ok(report(arena).leaderboard.every(({ games }) => games === 0))
  for (let k = 0; k < 100; k++) {
    const p = ofCanary.take(100_000)
    canary.enter()
    ofCanary.release(p / PAGE)
    canary.leave()
  }
  epoch()
  assert.ok(report(arena).leaderboard.every(({ games }) => games > 0))
  leader.resign()
  assert.equal(closed(), [false, false])
})

leaders(
  'has one canary in twenty threads, rounded up, the last ones; if others are, the ghosts start over',
  () => {
    const arena = Arena.create({ bytes: 256 * MIB, threads: 64, learning: 'canary' })
    const { epoch, leader } = leading(arena, 0)
    const canaries = () => {
      epoch()
      return arena.H[layout.H_CANARY] - 1
    }
    assert.is(canaries(), 0)
    const others = Array.from({ length: 21 }, (_, k) => ThreadRecord.claim(arena, k + 1))
    assert.is(canaries(), 20)
    assert.is(report(arena).resets, 1)
    others[20].detach()
    assert.is(canaries(), 19)
    others[19].detach()
    assert.is(canaries(), 19)
    leader.resign()
    assert.is(arena.H[layout.H_CANARY], 0)
  },
)

leaders('begins with good fit where all learn, unless something is pinned or imported', () => {
  const { arena, large, free } = heap()
  beginLearning(arena)
  const { epoch } = leading(arena)
  epoch()
  assert.is(report(arena).strategy, FIRST_STRATEGY.name)
  const profile = exportProfile(Arena.create({ bytes: MIB }))
  importProfile(arena, profile)
  for (let k = 0; k < 100; k++) free(large.take(100_000))
  epoch()
  assert.is(report(arena).strategy, profile.strategy)
})

leaders('leaves what is pinned alone', () => {
  const { arena, record } = heap()
  const { epoch } = leading(arena)
  pin(arena, { strategy: 'first fit', knobs: { refill: 4 } })
  for (let k = 0; k < 60; k++) {
    record.count(5, 5000)
    epoch()
    const { strategy, knobs, reason } = report(arena)
    assert.equal([strategy, knobs.refill, reason], ['first fit', 4, 'it is pinned'])
  }
  unpin(arena)
  const seen = new Set<number>()
  for (let k = 0; k < 60; k++) {
    record.count(5, 5000)
    epoch()
    seen.add(report(arena).knobs.refill)
  }
  assert.ok(seen.size > 1)
})

leaders('keeps to its budget: beyond it, it asks for nothing until it has caught up', () => {
  const { arena, record, large, free } = heap()
  const time = { now: 0, cost: 0 }
  ThreadRecord.claim(arena, 11)
  // Every look at the clock costs time, as if the ghosts were slow.
  const leader = new Leader(arena, 11, () => (time.now += time.cost))
  leader.step()
  time.cost = 100
  free(large.take(100_000))
  leader.step()
  leader.step()
  const armed = () => arena.W[record.at + layout.R_EVENTS_ARMED] !== arena.W[record.at + layout.R_EVENTS_LOST]
  assert.not(armed())
  time.cost = 0
  time.now += 1e6
  leader.step()
  assert.ok(armed())
})

leaders.run()

const profiles = suite('profiles')

profiles('carry a policy from one heap to another', () => {
  const { arena } = heap('frozen')
  pin(arena, { strategy: 'first fit', knobs: { cap: 0.25, bundle: 32 } })
  const profile = exportProfile(arena)
  const { arena: other } = heap('frozen')
  importProfile(other, JSON.stringify(profile))
  assert.equal(exportProfile(other), profile)
  assert.equal(report(other).strategy, 'first fit')
})

const whole = exportProfile(Arena.create({ bytes: MIB }))
const REFUSED: [string, unknown, RegExp][] = [
  ['no JSON', '{', /not JSON/],
  ['no object', '7', /not an object/],
  ['a list', [], /not an object/],
  ['nothing', null, /not an object/],
  ['another format', { ...whole, format: 'x' }, /`format` is not 'hakmem-profile'/],
  ['a newer version', { ...whole, version: 2 }, /version 2; this library knows 1/],
  ['an unknown strategy', { ...whole, strategy: 'worst fit' }, /`strategy` must be one of 'best fit'/],
  ['an unknown knob', { ...whole, knobs: { speed: 1 } }, /the knob 'speed' must be one of refill/],
  ['a value that a knob has not', { ...whole, knobs: { cap: 3 } }, /'cap' must be one of 1, 0.5/],
  ['knobs that are none', { ...whole, knobs: null }, /`knobs` must be an object/],
  ['a field too many', { ...whole, extra: 1 }, /a field 'extra'/],
]
for (const [what, profile, says] of REFUSED) {
  profiles(`that are ${what} are refused with the reason, and change nothing`, () => {
    const { arena } = heap('frozen')
    pin(arena, { strategy: 'next fit' })
    const before = exportProfile(arena)
    assert.throws(() => importProfile(arena, profile), says)
    assert.equal(exportProfile(arena), before)
  })
}

profiles.run()

const forced = suite('a pinned policy')

forced('decides the very next placement', () => {
  const { arena, large, free } = heap('frozen')
  const blocks = [40, 16, 20, 16].map((pages) => large.take(pages * PAGE))
  free(blocks[0])
  free(blocks[2])
  pin(arena, { strategy: 'first fit' })
  const p = large.take(17 * PAGE)
  assert.is(p, blocks[0])
  free(p)
  pin(arena, { strategy: 'best fit' })
  assert.is(large.take(17 * PAGE), blocks[2])
})

forced('has every setting of every knob followed by the next slow path', () => {
  const { arena, record } = heap('frozen')
  record.slabs.tune(4, { target: 40, rush: 40, yield: 8 })
  for (const [knob, values] of Object.entries(KNOBS)) {
    for (const value of values) {
      pin(arena, { knobs: { [knob]: value } })
      record.enter()
      record.leave()
      const now = tuned(record)
      const cap = arena.geometry.caps[4]
      const expected = {
        refill: [now.target, Math.min(cap, 40 * value)],
        rush: [now.rush, 40 * value],
        yield: [now.least, Math.max(1, 8 * value)],
        cap: [now.cap, cap * value],
        bundle: [arena.W[record.at + layout.R_BUNDLE], value],
        shards: [arena.W[record.at + layout.R_SHARD], value === 1 ? 0 : 1],
      }[knob]
      assert.is(expected?.[0], expected?.[1], `${knob} ${value}`)
    }
  }
})

forced('that is nonsense is refused by name and value', () => {
  const { arena } = heap('frozen')
  const bad = (what: object) => () => pin(arena, what as Parameters<typeof pin>[1])
  assert.throws(bad({ strategy: 'worst fit' }), /pin: `strategy` must be one of/)
  assert.throws(bad({ knobs: { refill: 3 } }), /pin: the knob 'refill' must be one of 1, 0.25/)
  assert.throws(bad({ knobs: { speed: 1 } }), /pin: the knob 'speed' must be one of/)
  assert.throws(() => pin(Arena.create({ bytes: MIB, learning: 'off' }), {}), /learning: 'off'/)
})

forced.run()
