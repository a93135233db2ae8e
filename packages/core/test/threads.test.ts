// Several threads of one heap, played in turn by one: what happens in which order is then exact.

import { CONT, layout, reap, SIZES, SMALL_CLASSES } from '@hakmem/arena'
import { Heap } from '@hakmem/core'
import { assert, codeOf, suite } from '@hakmem/testing'
import { randomFrom } from '@hakmem/testing/random'
import { Model } from './model.ts'
import { fill, soundAudit, threadsOf } from './support.ts'

const MIB = 2 ** 20

const refills = suite('refills')

/** Enters `count` more blocks into the model, which fails if one of them is live already. */
function take(model: Model, heap: Heap, size: number, count: number): void {
  for (let k = 0; k < count; k++) model.add(heap, heap.malloc(size), size)
}

for (const size of [16, 48, 112, 320, 1024, 1280, 7168, 24_576, 57_344]) {
  refills(
    `a slab of ${size} B that another thread frees into while it is swept gives each block once`,
    () => {
      const [a, b] = threadsOf(2, { bytes: 256 * MIB })
      const model = new Model()
      for (let round = 0; round < 60; round++) {
        take(model, a, size, 1 + ((round * 37) % (size > 10_000 ? 50 : 150)))
        // The oldest, so that the mark lies where the sweep has been already.
        for (let k = 0; k < (round * 11) % 13 && model.blocks.length > 0; k++) b.free(model.take(b, 0).p)
      }
      model.compare(a)
    },
  )

  refills(`a full heap gives just the blocks of ${size} B that others freed, each once`, () => {
    const [a, b] = threadsOf(2, { bytes: 2 * MIB })
    const model = new Model()
    for (const p of fill(a, size)) model.add(a, p, size)
    const random = randomFrom(size)
    for (let round = 0; round < 30; round++) {
      const freed = Math.min(model.blocks.length, 1 + random(20))
      for (let k = 0; k < freed; k++) b.free(model.take(b, random(model.blocks.length)).p)
      let got = 0
      for (let p = a.tryMalloc(size); p !== 0; p = a.tryMalloc(size)) {
        model.add(a, p, size)
        got++
      }
      assert.is(got, freed)
    }
    model.compare(a)
  })
}

for (const size of [16, 320, 1024]) {
  refills(`the only free block of ${size} B among hundreds of slabs is found`, () => {
    const [a, b] = threadsOf(2, { bytes: 4 * MIB })
    const blocks = fill(a, size)
    for (let round = 0; round < 300; round++) {
      const at = (round * 7919) % blocks.length
      b.free(blocks[at])
      blocks[at] = a.malloc(size)
    }
    assert.is(new Set(blocks).size, blocks.length)
  })
}

refills('what other threads free is used before more memory is taken', () => {
  const [a, b] = threadsOf(2, { bytes: 64 * MIB })
  const blocks = Array.from({ length: 20_000 }, () => a.malloc(64))
  for (let round = 0; round < 20; round++) {
    const { refillExtent } = a.stats().total
    b.freeBatch(blocks)
    for (let k = 0; k < blocks.length; k++) blocks[k] = a.malloc(64)
    assert.ok(a.stats().total.refillExtent - refillExtent <= 1)
  }
  assert.is(soundAudit(a).live, 20_000 * 64)
})

refills.run()

const orphans = suite('threads that park or leave')

orphans('their blocks stay, and who needs memory takes over what lies between', () => {
  const [a, b] = threadsOf(2, { bytes: 4 * MIB })
  const model = new Model()
  for (const p of fill(a, 1000)) model.add(a, p, 1000)
  for (let k = 0; k < 700; k++) a.free(model.take(a, (k * 31) % model.blocks.length).p)
  a.park()
  assert.is(b.stats().total.refillAdopted, 0)
  for (const p of fill(b, 1000)) model.add(b, p, 1000)
  assert.ok(b.stats().total.refillAdopted > 0)
  model.compare(b)
  while (model.blocks.length > 0) a.free(model.take(a, 0).p)
  b.flush()
  assert.is(soundAudit(b).live, 0)
})

orphans('one who frees the blocks of a thread that parked takes over its memory', () => {
  const [a, b] = threadsOf(2, { bytes: 4 * MIB })
  const blocks = Array.from({ length: 500 }, () => a.malloc(200))
  a.park()
  b.freeBatch(blocks)
  assert.ok(b.stats().total.refillAdopted > 0)
  b.flush()
  const audit = soundAudit(b)
  assert.is(audit.free, audit.capacity - audit.metadata)
})

orphans('a large block over several extents goes to the adopter as a whole', () => {
  const [a, b, c] = threadsOf(3, { bytes: 4 * MIB })
  const p = a.malloc(500_000)
  const q = a.malloc(100)
  a.bytes(p).fill(4)
  a.detach()
  while (b.tryMalloc(100_000) !== 0);
  assert.ok(b.stats().total.refillAdopted > 1)
  assert.ok(b.bytes(p).every((byte) => byte === 4))
  const { live } = soundAudit(b)
  c.free(p)
  b.free(q)
  assert.is(soundAudit(b).live, live - 503_808 - 112)
  assert.ok(b.malloc(500_000) > 0)
  soundAudit(b)
})

orphans('blocks that four threads free, parked owner or not, are all collected once all have parked', () => {
  const heaps = threadsOf(4, { bytes: 32 * MIB })
  for (let round = 0; round < 8; round++) {
    const owner = heaps[round % 4]
    const blocks = [40, 400, 4000, 40_000, 400_000].flatMap((size) =>
      Array.from({ length: 4 }, () => owner.malloc(size)),
    )
    if (round % 2 === 0) owner.park()
    for (const [k, p] of blocks.entries()) heaps[k % 4].free(p)
  }
  for (const heap of heaps) heap.park()
  const audit = soundAudit(heaps[0])
  assert.is(audit.live, 0)
  heaps[3].free(heaps[3].malloc(audit.capacity - audit.metadata))
})

/**
 * The runs of small blocks in extents of threads that left: of each what its count says is free, what its bytes say is, its
 * flag, and whether a byte says that it is in a cache.
 */
function leftRuns({ arena: { W, S, F, geometry: g } }: Heap) {
  const left: {
    counted: number
    free: number
    blocks: number
    marks: number
    cached: number
    flag: number
  }[] = []
  for (let page = g.firstExtent << g.extentPageShift; page < g.pages; page++) {
    const word = W[g.runs + page]
    const c = layout.runClass(word)
    if (c < 1 || c > SMALL_CLASSES) continue
    assert.is(layout.extentState(W[g.table + (page >>> g.extentPageShift)]), layout.ORPHAN)
    const run = { counted: W[g.aux + page], free: 0, blocks: 0, marks: 0, cached: 0, flag: F[page] }
    for (let p = page * 4096; p + SIZES[c] <= (page + layout.runPages(word)) * 4096; p += SIZES[c]) {
      const byte = S[p >>> 4]
      run.blocks++
      if (byte === 0) run.free++
      else if (byte === 255) run.marks++
      else if (byte >= 128) run.cached++
    }
    left.push(run)
  }
  return left
}

orphans(
  'the count of free blocks goes with a run from owner to owner, exact; nothing cached or empty is left',
  () => {
    const heaps = threadsOf(4, { bytes: 32 * MIB })
    const random = randomFrom(11)
    const model = new Model()
    let runs = 0
    for (let round = 0; round < 120; round++) {
      for (let k = 0; k < 300; k++) {
        const heap = heaps[random(4)]
        const size = 1 + random(2 ** (4 + random(10)))
        if (random(100) < 52) model.add(heap, heap.malloc(size), size)
        else if (model.blocks.length > 0) heap.free(model.take(heap, random(model.blocks.length)).p)
        if (random(150) === 0) heap.park()
      }
      for (const heap of heaps) heap.park()
      for (const { counted, free, blocks, marks, cached, flag } of leftRuns(heaps[0])) {
        runs++
        assert.is(counted, free)
        assert.is(cached, 0)
        assert.ok(free < blocks, 'an empty run is given back')
        if (flag === 0) assert.is(marks, 0)
      }
    }
    assert.ok(runs > 1000)
    model.compare(heaps[0])
  },
)

orphans(
  'what a dead thread had cached is counted by whoever adopts, and handed out before anything new',
  () => {
    const [a, b] = threadsOf(2, { bytes: 32 * MIB })
    const blocks = Array.from({ length: 100 }, () => a.malloc(64))
    reap(a.arena, b.thread, a.thread)
    assert.ok(leftRuns(b).some(({ cached, flag }) => cached > 0 && flag === 1))
    b.free(blocks[50])
    const { refillExtent } = b.stats().total
    const more = Array.from({ length: 100 }, () => b.malloc(64))
    assert.is(b.stats().total.refillExtent, refillExtent)
    assert.is(more[0] >>> 17, blocks[0] >>> 17, 'of the same extent')
    b.park()
    for (const { counted, free, cached } of leftRuns(b)) assert.equal([counted, cached], [free, 0])
    assert.is(soundAudit(b).live, 199 * 64)
  },
)

orphans('3000 threads that come, exchange a block and go hold no more memory than the blocks need', () => {
  using home = Heap.create({ bytes: 32 * MIB, threads: 2 })
  const { handle } = home
  home.detach()
  const slots = new Uint32Array(1000)
  const random = randomFrom(5)
  for (let life = 0; life < 3000; life++) {
    using heap = Heap.attach(handle)
    const slot = random(slots.length)
    const p = heap.calloc(1, 128)
    heap.free(slots[slot])
    slots[slot] = p
  }
  // 1000 blocks are one extent of 128 KiB.
  assert.ok(home.stats().total.refillExtent <= 2, `${home.stats().total.refillExtent} extents were claimed`)
  soundAudit(home)
})

orphans('parking again and again gives the same blocks back', () => {
  const [a] = threadsOf(1, { bytes: 2 * MIB })
  const model = new Model()
  const random = randomFrom(3)
  for (let round = 0; round < 100; round++) {
    for (let k = 0; k < 20; k++) {
      const size = 1 + random(2 ** (4 + random(12)))
      const p = a.tryMalloc(size)
      if (p !== 0) model.add(a, p, size)
    }
    for (let k = 0; k < 18 && model.blocks.length > 0; k++) {
      a.free(model.take(a, random(model.blocks.length)).p)
    }
    a.park()
    assert.is(soundAudit(a).live, model.live)
  }
  model.compare(a)
})

orphans.run()

const half = suite('an operation that was thrown out of')

half('everything is derived anew, from any state, and nothing is lost', () => {
  const [a, b] = threadsOf(2, { bytes: 8 * MIB })
  const model = new Model()
  const random = randomFrom(4)
  for (let round = 0; round < 60; round++) {
    for (let k = 0; k < 40; k++) {
      const size = 1 + random(2 ** (4 + random(15)))
      const p = a.tryMalloc(size)
      if (p !== 0) model.add(a, p, size)
    }
    for (let k = 0; k < 38 && model.blocks.length > 0; k++) {
      const by = random(3) === 0 ? b : a
      by.free(model.take(by, random(model.blocks.length)).p)
    }
    // A slow path is entered and never left.
    a.record.enter()
    a.free(a.malloc(200_000))
    assert.is(soundAudit(a).live, model.live)
  }
  assert.is(a.stats().total.recovered, 60)
  model.compare(a)
})

half('a claim of several extents that was cut short is undone', () => {
  const [a] = threadsOf(2, { bytes: 8 * MIB })
  const { W, geometry: g } = a.arena
  const start = soundAudit(a)
  a.record.enter()
  // Two claimed tentatively, then one that is owned already and has no run.
  for (const e of [3, 4]) W[g.table + g.firstExtent + e] = (1 << 3) | 2
  W[g.table + g.firstExtent + 5] = (1 << 3) | 1
  a.free(a.malloc(70_000))
  a.flush()
  assert.equal(soundAudit(a), start)
  a.free(a.malloc(start.free))
})

half('a park that was cut short between the parts of a long run is taken up again', () => {
  const [a, b] = threadsOf(2, { bytes: 8 * MIB })
  const { W, geometry: g } = a.arena
  const model = new Model()
  const big = a.malloc(300_000)
  model.add(a, big, 300_000)
  for (let k = 0; k < 30; k++) model.add(a, a.malloc(5000), 5000)
  a.record.enter()
  // Extents are left from the last one down; those that the run reaches into were, its first was not.
  for (let e = (big >>> g.extentShift) + 1; (W[g.table + e] & CONT) !== 0; e++) W[g.table + e] = 3 | CONT
  for (let k = 0; k < 200; k++) {
    const size = 1000 + k * 500
    const p = a.tryMalloc(size)
    if (p !== 0) model.add(a, p, size)
  }
  for (const p of fill(b, 4000)) model.add(b, p, 4000)
  model.compare(a)
})

half('a run that was withdrawn and not given back is free again', () => {
  const [a] = threadsOf(1, { bytes: 2 * MIB })
  const start = soundAudit(a)
  const p = a.malloc(200_000)
  a.record.enter()
  a.record.wholes.withdraw(p >>> 12)
  assert.match(
    codeOf(() => a.free(p)),
    /DOUBLE_FREE|INVALID_POINTER/,
  )
  a.flush()
  assert.equal(soundAudit(a), start)
})

half.run()
