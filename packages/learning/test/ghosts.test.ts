// Ghosts, and the herd of them: what they say is what the live tier would have done.

import { Arena, audit, FREED, PAGE, RESIZED, ThreadRecord, TOOK } from '@hakmem/arena'
import { DEFAULT_STRATEGY, Large, STRATEGIES } from '@hakmem/learning'
import { Elo, Ghost, Guard, Herd, Sites } from '@hakmem/learning/learn'
import { assert, suite } from '@hakmem/testing'

const MIB = 2 ** 20

function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 0) / 2 ** 32
  }
}

const ghosts = suite('a ghost')

for (const strategy of STRATEGIES) {
  ghosts(`of '${strategy.name}' lies as the live tier does under it`, () => {
    const live = Arena.create({ bytes: 128 * MIB, threads: 2 })
    const record = ThreadRecord.claim(live, 0)
    const large = new Large(record, strategy)
    const ghost = new Ghost(live, strategy)
    const next = random(7)
    const blocks: number[] = []
    for (let k = 0; k < 3000; k++) {
      if (blocks.length > 40 && next() < 0.5) {
        const [p] = blocks.splice(Math.floor(next() * blocks.length), 1)
        record.enter()
        large.release(p / PAGE)
        record.leave()
        ghost.freed(p / PAGE)
      } else {
        const pages = 16 + Math.floor(next() * 300)
        const p = large.take(pages * PAGE)
        if (p === 0) continue
        blocks.push(p)
        ghost.took(0, p / PAGE, pages, 0)
      }
    }
    const { geometry: g } = live
    assert.equal(
      ghost.arena.W.slice(g.touched, g.touched + g.extents),
      live.W.slice(g.touched, g.touched + g.extents),
    )
    assert.is(audit(ghost.arena).live, audit(live).live)
    assert.equal(audit(ghost.arena).problems, [])
  })
}

ghosts('has no memory but its metadata', () => {
  const live = Arena.create({ bytes: 256 * MIB, threads: 2 })
  const { buffer } = new Ghost(live, DEFAULT_STRATEGY).arena
  assert.ok(buffer.byteLength < 0.1 * live.buffer.byteLength)
})

ghosts('counts what there was no room for as memory that it would have needed', () => {
  const ghost = new Ghost(Arena.create({ bytes: 4 * MIB, threads: 1 }), DEFAULT_STRATEGY)
  ghost.took(0, 100, 512, 0)
  ghost.took(0, 1000, 512, 0)
  assert.is(ghost.highWater, 1024)
  ghost.freed(1000)
  ghost.freed(100)
  assert.is(ghost.highWater, 1024)
})

ghosts.run()

const herds = suite('the herd')

/** Vectors that grow by a new block and a free, and small blocks between them. */
function growVectors(herd: Herd): void {
  const next = random(3)
  const sizes = Array.from({ length: 24 }, () => 16 * 2 ** Math.floor(next() * 8))
  const ids = sizes.map((_, k) => k + 1)
  const small: number[] = []
  let id = 100
  ids.forEach((page, k) => {
    herd.tell(0, TOOK, page, sizes[k], 0)
  })
  for (let k = 0; k < 2500; k++) {
    const at = Math.floor(next() * 24)
    sizes[at] = sizes[at] >= 4096 ? 16 : Math.floor(sizes[at] * (1.5 + next()))
    herd.tell(0, TOOK, ++id, sizes[at], 0)
    herd.tell(0, FREED, ids[at], 0, 0)
    ids[at] = id
    herd.tell(0, TOOK, ++id, 16 + Math.floor(next() * 48), 0)
    small.push(id)
    if (small.length > 100) herd.tell(0, FREED, small.splice(Math.floor(next() * small.length), 1)[0], 0, 0)
  }
}

herds('next fit, the control, ends last on growing vectors', () => {
  const herd = new Herd(Arena.create({ bytes: 1200 * MIB, threads: 1 }), STRATEGIES)
  growVectors(herd)
  const candidates = herd.candidates(0)
  const last = STRATEGIES.findIndex(({ name }) => name === 'next fit')
  candidates.forEach(({ score, highWater }, k) => {
    if (k === last) return
    assert.ok(score > candidates[last].score, `${STRATEGIES[k].name} scores ${score}`)
    assert.ok(highWater <= candidates[last].highWater)
  })
})

herds('the same strategy twice scores the same', () => {
  const herd = new Herd(Arena.create({ bytes: 1200 * MIB, threads: 1 }), [DEFAULT_STRATEGY, DEFAULT_STRATEGY])
  growVectors(herd)
  const [a, b] = herd.candidates(0)
  assert.equal(a, b)
})

herds('a free of what it was not told of changes nothing, and starting over forgets everything', () => {
  const herd = new Herd(Arena.create({ bytes: 64 * MIB, threads: 1 }), STRATEGIES)
  herd.tell(0, FREED, 77, 0, 0)
  herd.tell(0, RESIZED, 77, 100, 0)
  assert.is(herd.peakPages, 0)
  herd.tell(0, TOOK, 77, 100, 0)
  assert.is(herd.peakPages, 100)
  herd.reset()
  assert.equal([herd.peakPages, herd.resets], [0, 1])
  assert.ok(herd.candidates(0).every(({ highWater }) => highWater === 0))
  herd.tell(0, FREED, 77, 0, 0)
  herd.tell(0, TOOK, 77, 50, 0)
  assert.is(herd.peakPages, 50)
})

herds('a block that another thread frees, or resizes, is the same block', () => {
  const herd = new Herd(Arena.create({ bytes: 64 * MIB, threads: 4 }), STRATEGIES)
  herd.tell(0, TOOK, 5, 100, 0)
  herd.tell(2, RESIZED, 5, 300, 0)
  assert.is(herd.peakPages, 300)
  herd.tell(3, FREED, 5, 0, 0)
  herd.tell(1, TOOK, 5, 200, 0)
  assert.is(herd.peakPages, 300)
})

herds.run()

const ratings = suite('ratings')

ratings('without a match there is no rating', () => {
  const elo = new Elo(3)
  assert.equal(
    [0, 1, 2].map((player) => elo.ratingOf(player)),
    [undefined, undefined, undefined],
  )
  elo.round([0.1, 0.2, 0.3])
  assert.ok([0, 1, 2].every((player) => elo.ratingOf(player) !== undefined))
})

ratings('every round everybody meets everybody, and the books agree', () => {
  const elo = new Elo(4)
  for (let k = 0; k < 50; k++) elo.round([-0.1, -0.101, -0.2, -0.3])
  for (const { games, wins, losses, draws } of elo.standings) {
    assert.is(games, 150)
    assert.is(wins + losses + draws, games)
  }
  assert.equal(
    elo.standings.map(({ wins, losses, draws }) => [wins, losses, draws]),
    [
      [100, 0, 50],
      [100, 0, 50],
      [50, 100, 0],
      [0, 150, 0],
    ],
  )
  const ratings = elo.standings.map(({ rating }) => rating)
  assert.ok(ratings[0] > ratings[2] && ratings[2] > ratings[3])
  const sum = ratings.reduce((total, rating) => total + rating, 0)
  assert.ok(Math.abs(sum - 4 * 1500) < 1e-6)
})

ratings.run()

const guards = suite('adoption')

const better = [
  { score: -0.5, highWater: 100 },
  { score: -0.4, highWater: 90 },
]

guards('takes three clear wins in a row', () => {
  const guard = new Guard()
  assert.equal(
    [1, 2, 3].map(() => guard.choose(better, 0, 1)),
    [0, 0, 1],
  )
  const interrupted = new Guard()
  const even = [better[0], { score: -0.49, highWater: 90 }]
  assert.equal(
    [better, better, even, better, better, better].map((round) => interrupted.choose(round, 0, 1)),
    [0, 0, 0, 0, 0, 1],
  )
})

guards('is refused to what did not need clearly less memory, and while little is free', () => {
  const hungry = [better[0], { score: -0.1, highWater: 98 }]
  const guard = new Guard()
  for (let k = 0; k < 10; k++) {
    assert.is(guard.choose(hungry, 0, 1), 0)
    assert.is(guard.choose(better, 0, 0.05), 0)
  }
})

guards.run()

const sites = suite('call sites')

sites('are known from 32 freed blocks on, and only if nearly all of them say the same', () => {
  const known = new Sites()
  const live = (count: number, site: number, pages: number) => {
    for (let k = 0; k < count; k++) {
      const born = known.now
      known.took(pages)
      known.freed(site, born, 1000)
    }
  }
  live(31, 1, 10)
  assert.ok(known.words().every((word) => word === 0))
  live(9, 1, 10)
  live(40, 2, 5000)
  live(20, 3, 10)
  live(20, 3, 5000)
  live(40, 0, 10)
  const words = [...known.words()].filter((word) => word !== 0).sort()
  assert.equal(words, [(1 << 1) | 1, 2 << 1])
})

sites.run()
