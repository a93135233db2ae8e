// What a heap's user sees of learning: modes, policy, pins, profiles, shards; and hakmem's four failures, which must not
// come back.

import { COUNTERS, EventReader, FREED, layout } from '@hakmem/arena'
import { Heap, type Mode, type Profile } from '@hakmem/core'
import { Leader } from '@hakmem/learning/learn'
import { assert, codeOf, startWorker, suite, untyped } from '@hakmem/testing'
import { soundAudit, threadsOf } from './support.ts'

const MIB = 2 ** 20
const { R_BASES, R_BUNDLE, R_FRESH, R_TARGET } = layout

const test = suite('learning')

test('a heap is frozen unless told, at the default, and says so', () => {
  using heap = Heap.create({ bytes: 8 * MIB })
  const { mode, strategy, reason, knobs, pinned, leader } = heap.policy()
  assert.equal([mode, strategy, pinned, leader], ['frozen', 'best fit', [], undefined])
  assert.match(reason, /'frozen'/)
  assert.equal(knobs, { refill: 1, rush: 1, cap: 1, yield: 1, bundle: 1, shards: 1 })
})

test('a heap that learns begins with good fit, and one with a canary as a frozen one does', () => {
  using learning = Heap.create({ bytes: 64 * MIB, threads: 2, learning: 'learn' })
  assert.is(learning.policy().strategy, 'good fit')
  assert.is(learning.exportProfile().strategy, 'good fit')
  using canary = Heap.create({ bytes: 64 * MIB, threads: 2, learning: 'canary' })
  assert.is(canary.policy().strategy, 'best fit')
})

test('a canary that had blocks in its caches tells of a block from its malloc to its free, or not at all', () => {
  const [a, b] = threadsOf(2, { bytes: 256 * MIB, learning: 'canary' })
  const some = (count: number) => Array.from({ length: count }, () => b.malloc(100_000))
  // Some in the caches, some live, when it becomes the canary.
  const before = some(20)
  b.freeBatch(before.splice(0, 10))
  new Leader(b.arena, a.thread, () => 0).step()
  const after = some(40)
  b.freeBatch([...before, ...after].reverse())
  const live = new Set<number>()
  let told = 0
  new EventReader(b.arena, b.record.slot).read((kind, page) => {
    told++
    assert.is(live.has(page), kind === FREED)
    if (kind === FREED) live.delete(page)
    else live.add(page)
  }, 1000)
  assert.is(live.size, 0)
  assert.ok(told >= 2 * 30, `${told}`)
  soundAudit(a)
})

test('a mode that there is not is refused', () => {
  assert.is(
    codeOf(() => Heap.create({ bytes: MIB, learning: untyped<Mode>('fast') })),
    'ERR_HAKMEM_INVALID_ARGUMENT',
  )
})

test("'off' cannot be pinned or given a profile", () => {
  using heap = Heap.create({ bytes: 8 * MIB, learning: 'off' })
  const profile = heap.exportProfile()
  assert.is(
    codeOf(() => heap.pin({ strategy: 'first fit' })),
    'ERR_HAKMEM_LEARNING_OFF',
  )
  assert.is(
    codeOf(() => heap.importProfile(profile)),
    'ERR_HAKMEM_LEARNING_OFF',
  )
  assert.match(heap.policy().reason, /'off'/)
})

test('what is pinned is in force for all threads, and can be let go', () => {
  const [a, b] = threadsOf(2, { bytes: 32 * MIB })
  a.pin({ strategy: 'best fit, rounded to 1/8', knobs: { cap: 0.5 } })
  assert.equal(b.policy().pinned, ['strategy', 'cap'])
  assert.is(b.usableSize(b.malloc(33 * 4096)), 36 * 4096)
  b.unpin()
  assert.equal(a.policy().pinned, [])
  assert.is(a.policy().strategy, 'best fit, rounded to 1/8')
  soundAudit(a)
})

test('a thread that attaches is set to what the default policy sets, and to what is pinned once it needs memory', () => {
  using a = Heap.create({ bytes: 32 * MIB, threads: 1 })
  const knobs = () => {
    const { at, arena } = a.record
    const room = arena.W.slice(at + R_BASES, at + R_BASES + 64)
    return [...arena.W.slice(at + R_TARGET, at + R_FRESH), ...room, arena.W[at + R_BUNDLE]]
  }
  const fresh = knobs()
  a.malloc(10)
  assert.is(a.stats().total.followed, 0, 'there is nothing to follow')
  a.pin({ strategy: 'best fit', knobs: { cap: 1, bundle: 1 } })
  a.flush()
  assert.is(a.stats().total.followed, 1)
  assert.equal(knobs(), fresh)

  a.pin({ knobs: { bundle: 32, cap: 0.5 } })
  a.flush()
  const pinned = knobs()
  assert.not.equal(pinned, fresh)
  a.detach()
  using b = Heap.attach(a.handle)
  assert.is(b.arena.W[b.record.at + R_BUNDLE], 1, 'the last tenant had 32')
  b.malloc(10)
  assert.is(b.arena.W[b.record.at + R_BUNDLE], 32)
  soundAudit(b)
})

test('a profile takes a policy from one heap to the next, and a bad one is refused with its reason', () => {
  using heap = Heap.create({ bytes: 8 * MIB })
  heap.pin({ strategy: 'first fit', knobs: { refill: 2 } })
  const profile = heap.exportProfile()
  assert.equal(JSON.parse(JSON.stringify(profile)), profile)
  using next = Heap.create({ bytes: 8 * MIB })
  next.importProfile(JSON.stringify(profile))
  assert.equal(next.exportProfile(), profile)
  try {
    next.importProfile(untyped<Profile>({ ...profile, version: 7 }))
    assert.unreachable()
  } catch (error) {
    assert.match(`${error}`, /refused: it is of version 7/)
  }
  assert.equal(next.exportProfile(), profile)
})

test('policies are plain JSON, and are to be had after detaching', () => {
  const heap = Heap.create({ bytes: 8 * MIB })
  heap.detach()
  assert.equal(JSON.parse(JSON.stringify(heap.policy())).strategy, 'best fit')
  assert.is(
    codeOf(() => heap.pin({})),
    'ERR_HAKMEM_DETACHED',
  )
})

test('memory goes back to the shard that touched it first', () => {
  const heap = Heap.create({ bytes: 64 * MIB, threads: 4 })
  assert.is(
    codeOf(() => Heap.attach(heap.handle, { shard: 8 })),
    'ERR_HAKMEM_INVALID_SIZE',
  )
  const here = Heap.attach(heap.handle, { shard: 3 })
  assert.is(here, heap)
  const p = here.malloc(3 * MIB)
  here.free(p)
  here.flush()
  const before = here.record.slabs.counter(COUNTERS.claimedHome)
  assert.is(here.malloc(3 * MIB), p)
  assert.ok(here.record.slabs.counter(COUNTERS.claimedHome) > before)
  heap.detach()
})

test('what a thread parked is left to its shard, until another would run out of memory', () => {
  const [a, b, c] = threadsOf(3, { bytes: 64 * MIB })
  for (const [heap, shard] of [
    [a, 1],
    [b, 2],
    [c, 1],
  ] as const) {
    heap.record.setShard(shard)
    heap.malloc(16)
  }
  a.malloc(2 * MIB)
  a.park()
  const adopted = (heap: Heap) => heap.record.slabs.counter(COUNTERS.refillAdopted)
  for (let k = 0; k < 8; k++) b.malloc(2 * MIB)
  assert.is(adopted(b), 0)
  c.malloc(2 * MIB)
  assert.ok(adopted(c) > 0)
  c.park()
  while (b.tryMalloc(2 * MIB) !== 0) {}
  assert.ok(adopted(b) > 0)
  soundAudit(a)
})

test('announcements of large frees go in bundles, and what is not announced is found all the same', () => {
  const [a, b] = threadsOf(2, { bytes: 64 * MIB })
  a.pin({ knobs: { bundle: 8 } })
  b.malloc(10)
  const blocks = Array.from({ length: 12 }, () => a.malloc(100_000))
  for (const p of blocks) b.free(p)
  assert.is(b.stats().records[1].counts.announced, 1)
  assert.ok(blocks.every((p) => !a.owns(p)))
  // Eight were announced; the other four are found when memory is wanted.
  const again = new Set(Array.from({ length: 12 }, () => Number(a.malloc(100_000))))
  assert.is(blocks.filter((p) => again.has(p)).length, 12)
  soundAudit(a)
})

test('a call site is the same in every thread, and is told of each large block that it takes', () => {
  const [a, b] = threadsOf(2, { bytes: 64 * MIB, learning: 'learn' })
  const { id } = a.site('images')
  assert.is(b.site('images').id, id)
  const reader = new EventReader(b.arena, b.record.slot)
  reader.arm()
  b.site('images').malloc(100_000)
  b.malloc(100_000)
  b.site('images').malloc(10)
  const sites: number[] = []
  reader.read((_kind, _page, _pages, site) => sites.push(site), 10)
  assert.equal(sites, [id, 0])
})

test.run()

const failures = suite("hakmem's failures")

/** Takes and frees large blocks in a heap that learns, until `isDone` or for `milliseconds`. */
async function workFor(heap: Heap, milliseconds: number, isDone: () => boolean): Promise<void> {
  const end = performance.now() + milliseconds
  while (performance.now() < end && !isDone()) {
    for (let round = 0; round < 5; round++) {
      const blocks = Array.from({ length: 20 }, (_, k) => heap.malloc(65_536 * (1 + (k % 7))))
      heap.freeBatch(blocks)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

failures(
  '(1) a leaderboard of 1500.0 without a match: there is no rating until there was one, then games are told',
  async () => {
    using heap = Heap.create({ bytes: 64 * MIB, threads: 2, learning: 'learn' })
    for (const { rating, games } of heap.policy().leaderboard) assert.equal([rating, games], [undefined, 0])
    assert.match(heap.policy().reason, /no epoch has ended/)
    const isRated = () => heap.policy().leaderboard.every(({ games }) => games > 0)
    await workFor(heap, 20_000, isRated)
    const { leaderboard, epoch, leader } = heap.policy()
    assert.ok(isRated(), `after ${epoch} epochs`)
    assert.is(leader, heap.thread)
    for (const { rating, games, wins, losses, draws } of leaderboard) {
      assert.ok(rating !== undefined)
      assert.is(wins + losses + draws, games)
    }
  },
)

failures(
  '(2) a choice that is made after the allocation: the very next block lies where the strategy says',
  () => {
    using heap = Heap.create({ bytes: 64 * MIB, threads: 2 })
    const blocks = [40, 16, 20, 16].map((pages) => heap.malloc(pages * 4096))
    heap.free(blocks[0])
    heap.free(blocks[2])
    // Out of the caches, which keep what is freed while nothing is pinned.
    heap.flush()
    heap.pin({ strategy: 'first fit' })
    const low = heap.malloc(17 * 4096)
    assert.is(low, blocks[0])
    heap.free(low)
    heap.pin({ strategy: 'best fit' })
    assert.is(heap.malloc(17 * 4096), blocks[2])
  },
)

failures(
  '(3) learning that is off and nobody notices: the mode, the leader and the epochs say what happens',
  async () => {
    using frozen = Heap.create({ bytes: 8 * MIB })
    using off = Heap.create({ bytes: 8 * MIB, learning: 'off' })
    using learning = Heap.create({ bytes: 64 * MIB, threads: 2, learning: 'canary' })
    assert.equal(
      [frozen, off, learning].map((heap) => heap.policy().mode),
      ['frozen', 'off', 'canary'],
    )
    await workFor(learning, 20_000, () => learning.policy().epoch > 0)
    assert.ok(learning.policy().epoch > 0)
    assert.equal([frozen.policy().epoch, frozen.policy().leader], [0, undefined])
  },
)

failures(
  '(4) a round that measured another allocator: the heap counts what it did, and names its strategy',
  () => {
    using heap = Heap.create({ bytes: 64 * MIB, threads: 2 })
    heap.pin({ strategy: 'first fit' })
    const { largeTaken, largeFreed } = heap.stats().total
    for (let k = 0; k < 100; k++) heap.free(heap.malloc(100_000))
    const after = heap.stats().total
    assert.equal([after.largeTaken - largeTaken, after.largeFreed - largeFreed], [100, 100])
    assert.is(heap.policy().strategy, 'first fit')
  },
)

failures.run()

const threads = suite('learning and threads')

threads('a worker that never yields is learned from, by a thread that does', async () => {
  using heap = Heap.create({ bytes: 64 * MIB, threads: 4, learning: 'learn' })
  const worker = startWorker(new URL('./learning.worker.js', import.meta.url), heap.handle)
  const watch = heap.watch(worker)
  const isRated = () => heap.policy().leaderboard.some(({ games }) => games > 0)
  const end = performance.now() + 20_000
  while (!isRated() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 50))
  assert.ok(isRated())
  await worker.terminate()
  watch.dispose()
})

threads.run()
