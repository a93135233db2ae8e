// The audit accounts for every byte and finds what is wrong; the counters say what happened.

import { CONT, LARGE, ThreadRecord } from '@hakmem/arena'
import { Heap, type Stats } from '@hakmem/core'
import { assert, codeOf, suite } from '@hakmem/testing'
import { fill, soundAudit, threadsOf } from './support.ts'

const MIB = 2 ** 20

const audits = suite('the audit')

audits('a new heap is free but for its metadata', () => {
  using heap = Heap.create({ bytes: 16 * MIB })
  const audit = soundAudit(heap)
  assert.is(audit.capacity, 16 * MIB)
  assert.is(audit.capacity, heap.buffer.byteLength)
  assert.equal([audit.live, audit.cached, audit.remote], [0, 0, 0])
  assert.ok(audit.metadata > MIB && audit.metadata < 2 * MIB)
})

audits('a block is free, live, cached or remote, wherever it goes', () => {
  for (const size of [16, 1024, 2048, 57_344]) {
    const [a, b] = threadsOf(2, { bytes: 8 * MIB })
    const start = soundAudit(a)
    const p = a.malloc(size)
    assert.is(soundAudit(a).live, size)
    assert.ok(soundAudit(a).cached % size === 0)
    const { cached } = soundAudit(a)
    a.free(p)
    assert.is(soundAudit(a).live, 0)
    assert.is(soundAudit(a).cached, cached + size)
    const q = a.malloc(size)
    b.free(q)
    assert.equal([soundAudit(a).live, soundAudit(a).remote], [0, size])
    a.flush()
    assert.equal(soundAudit(a), start)
  }
})

audits('a large block freed by another thread is remote until its owner collects it', () => {
  const [a, b] = threadsOf(2, { bytes: 8 * MIB })
  const p = a.malloc(300_000)
  const usable = a.usableSize(p)
  assert.is(soundAudit(a).live, usable)
  b.free(p)
  assert.equal([soundAudit(b).live, soundAudit(b).remote], [0, usable])
  a.flush()
  assert.equal([soundAudit(b).live, soundAudit(b).remote, soundAudit(b).cached], [0, 0, 0])
})

audits('every thread sees the same, also one that has detached', () => {
  const [a, b] = threadsOf(2, { bytes: 8 * MIB })
  for (const size of [10, 5000, 100_000]) b.free(a.malloc(size))
  for (const size of [10, 5000, 100_000]) b.malloc(size)
  assert.equal(soundAudit(a), soundAudit(b))
  b.detach()
  assert.equal(soundAudit(a), soundAudit(b))
})

/** A heap with something of every kind in it, and where its parts lie. */
function victim() {
  const [heap] = threadsOf(2, { bytes: 4 * MIB })
  const { arena } = heap
  const tiny = heap.malloc(100)
  const freed = heap.malloc(100)
  heap.free(freed)
  const mid = heap.malloc(20_000)
  const large = heap.malloc(300_000)
  const { W, S, geometry: g } = arena
  const extentOf = (p: number) => g.table + (p >>> g.extentShift)
  return { heap, W, S, g, tiny, freed, mid, large, extentOf, lastExtent: g.table + g.extents - 1 }
}

type Victim = ReturnType<typeof victim>

/** What is planted, by one word or one state byte, and what the audit must say of it. */
const DAMAGE: [
  what: string,
  where: (v: Victim) => [Int32Array | Uint8Array, number],
  value: number,
  says: RegExp,
][] = [
  ['a live state inside a tiny block', (v) => [v.S, (v.tiny >>> 4) + 1], 7, /no block starts/],
  ['a live state inside a mid block', (v) => [v.S, (v.mid >>> 4) + 5], 7, /no block starts/],
  ['a live state inside a large block', (v) => [v.S, (v.large >>> 4) + 300], 9, /a large run, but/],
  ['another class on a tiny block', (v) => [v.S, v.tiny >>> 4], 9, /state 9/],
  ['another class on a mid block', (v) => [v.S, v.mid >>> 4], 3, /state 3/],
  ['another cache on a tiny block', (v) => [v.S, v.tiny >>> 4], 128 | 9, /state 137/],
  ['the state of a large block on a tiny one', (v) => [v.S, v.tiny >>> 4], LARGE, /state 63/],
  ['a small class on a large block', (v) => [v.S, v.large >>> 4], 4, /state 4/],
  ['a live block that is also in a cache', (v) => [v.S, v.freed >>> 4], 7, /caches/],
  ['a live state in a free extent', (v) => [v.S, v.S.length - 100], 7, /is free, but the state/],
  ['a run in a free extent', (v) => [v.W, v.g.runs + v.g.pages - 1], 0x01000001, /is free, but a run/],
  ['a run of no pages', (v) => [v.W, v.g.runs + (v.tiny >>> 12)], 0x07000000, /has 0 pages/],
  ['a run beyond the end', (v) => [v.W, v.g.runs + (v.tiny >>> 12)], 0x07ffffff, /pages/],
  ['a run of no class', (v) => [v.W, v.g.runs + (v.tiny >>> 12)], 0x00000001, /class 0/],
  ['a run of a class that is none', (v) => [v.W, v.g.runs + (v.tiny >>> 12)], 0x3e000001, /class 62/],
  [
    'a large run that is too long',
    (v) => [v.W, v.g.runs + (v.large >>> 12)],
    0x3f000190,
    /belong to another|lacks/,
  ],
  ['a large run that is too short', (v) => [v.W, v.g.runs + (v.large >>> 12)], 0x3f000001, /has the mark/],
  ['an extent given away', (v) => [v.W, v.extentOf(v.tiny)], 0, /is free, but|caches|lacks/],
  ['an extent of a record that is none', (v) => [v.W, v.extentOf(v.tiny)], (99 << 3) | 1, /does not exist/],
  ['an extent of another record', (v) => [v.W, v.extentOf(v.freed)], (2 << 3) | 1, /caches/],
  ['a covered extent that is free', (v) => [v.W, v.extentOf(v.large) + 1], 0, /belong to another/],
  ['a mark of a run where none reaches', (v) => [v.W, v.lastExtent], CONT, /has the mark/],
  ['metadata that is not reserved', (v) => [v.W, v.g.table], 0, /not reserved/],
]

for (const [what, where, value, says] of DAMAGE) {
  audits(`finds ${what}`, () => {
    const v = victim()
    soundAudit(v.heap)
    const [array, at] = where(v)
    const before = array[at]
    array[at] = value
    const audit = v.heap.audit()
    assert.not(audit.ok)
    assert.match(audit.problems.join('\n'), says)
    assert.is(audit.metadata + audit.live + audit.cached + audit.remote + audit.free, audit.capacity)
    array[at] = before
    soundAudit(v.heap)
  })
}

audits('reports at most 100 problems of a heap in ruins', () => {
  const v = victim()
  v.S.fill(5)
  assert.is(v.heap.audit().problems.length, 100)
})

audits('changes nothing', () => {
  const v = victim()
  const before = new Uint8Array(v.heap.buffer).slice()
  v.heap.audit()
  v.heap.stats()
  assert.is(Buffer.compare(before, new Uint8Array(v.heap.buffer).slice()), 0)
})

audits.run()

const counting = suite('the counters')

type Name = keyof Stats['total']

/** What moves each counter at least once; two threads of one small heap. */
const MOVES: Record<Name, (a: Heap, b: Heap) => void> = {
  refillOwn: (a) => fill(a, 48),
  refillDirty: (a, b) => {
    for (const p of fill(a, 1024)) b.free(p)
    fill(a, 1024)
  },
  refillFresh: (a) => {
    a.malloc(16)
    a.malloc(1024)
    a.malloc(512)
  },
  refillAdopted: (a, b) => {
    fill(a, 64)
    a.park()
    codeOf(() => b.malloc(MIB / 2))
  },
  refillExtent: (a) => a.malloc(16),
  refilled: (a) => a.malloc(16),
  collected: (a, b) => {
    b.free(a.malloc(16))
    a.flush()
  },
  announced: (a, b) => b.free(a.malloc(16)),
  stowed: (a) => a.freeBatch(fill(a, 16)),
  reloaded: (a) => {
    a.freeBatch(fill(a, 16))
    fill(a, 16)
  },
  flushes: (a) => a.freeBatch(fill(a, 16)),
  flushed: (a) => a.freeBatch(fill(a, 16)),
  runsRetired: (a) => {
    a.free(a.malloc(16))
    a.flush()
  },
  extentsReleased: (a) => {
    a.free(a.malloc(200_000))
    a.flush()
  },
  largeTaken: (a) => a.malloc(200_000),
  largeFreed: (a) => a.free(a.malloc(200_000)),
  largeRetained: (a) => {
    a.pin({ strategy: 'best fit, 2 % retained' })
    const list = Array.from({ length: 70 }, () => a.malloc(66_000))
    a.free(list[30])
    a.malloc(66_000)
  },
  largeGrown: (a) => a.realloc(a.malloc(200_000), 250_000),
  outOfMemory: (a) => {
    a.malloc(5 * MIB)
    a.tryMalloc(5 * MIB)
  },
  invalidSize: (a) => codeOf(() => a.malloc(-1)),
  invalidPointer: (a) => codeOf(() => a.free(8)),
  doubleFree: (a) => {
    const p = a.malloc(10)
    a.free(p)
    codeOf(() => a.free(p))
  },
  listsDropped: (a) => {
    a.malloc(10)
    // As if a stack overflow had thrown out of a slow path.
    a.record.enter()
    a.malloc(100_000)
  },
  recovered: (a) => {
    a.record.enter()
    a.malloc(100_000)
  },
  pressure: (a, b) => {
    a.malloc(5 * MIB)
    a.tryMalloc(5 * MIB)
    b.malloc(10)
  },
  parks: (a) => a.park(),
  vacated: (_, b) => b.detach(),
  takenOver: (a, b) => {
    b.detach()
    ThreadRecord.claim(a.arena, 7)
  },
  dissolved: (a, b) => {
    b.malloc(10)
    b.detach()
    a.malloc(5 * MIB)
    a.tryMalloc(5 * MIB)
  },
  claimedHome: (a) => {
    a.pin({ knobs: { shards: 2 } })
    for (let k = 0; k < 2; k++) {
      a.free(a.malloc(200_000))
      a.flush()
    }
  },
  claimedAway: (a, b) => {
    a.pin({ knobs: { shards: 2 } })
    fill(a, 200_000).forEach((p) => void a.free(p))
    a.flush()
    b.malloc(200_000)
  },
  rotated: (a, b) => {
    a.pin({ knobs: { bundle: 32 } })
    const p = a.malloc(200_000)
    b.malloc(10)
    b.free(p)
    a.malloc(200_000)
  },
  bundled: (a, b) => {
    a.pin({ knobs: { bundle: 32 } })
    b.malloc(10)
    b.free(a.malloc(200_000))
  },
  followed: (a) => {
    a.pin({ knobs: { refill: 2 } })
    a.malloc(10)
  },
  mallocs: (a) => a.malloc(10),
  freesLocal: (a) => a.free(a.malloc(10)),
  freesRemote: (a, b) => b.free(a.malloc(10)),
}

const PER_OPERATION: readonly string[] = ['mallocs', 'freesLocal', 'freesRemote'] satisfies Name[]

for (const [name, move] of Object.entries(MOVES)) {
  if (PER_OPERATION.includes(name)) continue
  counting(`${name} moves when it is forced to`, () => {
    const [a, b] = threadsOf(2, { bytes: 8 * MIB })
    const before = a.stats().total[name as Name]
    move(a, b)
    assert.ok(a.stats().total[name as Name] > before)
    soundAudit(a)
  })
}

counting('there is no counter that these tests do not move', () => {
  using heap = Heap.create({ bytes: MIB })
  assert.equal(Object.keys(heap.stats().total).sort(), Object.keys(MOVES).sort())
})

counting('stats are plain JSON and name the threads', () => {
  const [a, b] = threadsOf(3, { bytes: 8 * MIB })
  a.free(b.malloc(100))
  const stats = a.stats()
  assert.equal(JSON.parse(JSON.stringify(stats)), stats)
  assert.is(stats.bytes, 8 * MIB)
  assert.is(stats.threads, 3)
  assert.is(stats.perOperation, false)
  assert.equal(
    stats.records.map(({ slot, thread }) => [slot, thread]),
    [
      [0, 1000],
      [1, 1001],
      [2, 1002],
    ],
  )
  for (const name of Object.keys(stats.total) as Name[]) {
    assert.is(
      stats.records.reduce((sum, { counts }) => sum + counts[name], 0),
      stats.total[name],
    )
  }
  assert.is(stats.records[0].counts.announced, 1)
  assert.is(stats.records[1].counts.refillExtent, 1)
})

counting('counters outlive the thread', () => {
  const [a, b] = threadsOf(2, { bytes: 8 * MIB })
  b.malloc(100)
  const { refilled } = a.stats().total
  b.detach()
  assert.is(a.stats().total.refilled, refilled)
  assert.is(a.stats().records[1].thread, null)
})

counting('without `counters` no operation is counted, with it every one', () => {
  using plain = Heap.create({ bytes: MIB })
  plain.free(plain.malloc(10))
  assert.equal(
    PER_OPERATION.map((name) => plain.stats().total[name as Name]),
    [0, 0, 0],
  )

  using heap = Heap.create({ bytes: 4 * MIB, counters: true })
  assert.ok(heap.stats().perOperation)
  const blocks = [10, 10, 5000, 100_000].map((size) => heap.malloc(size))
  assert.equal(
    PER_OPERATION.map((name) => heap.stats().total[name as Name]),
    [4, 0, 0],
  )
  heap.freeBatch(blocks)
  heap.free(0)
  codeOf(() => heap.free(blocks[0]))
  codeOf(() => heap.malloc(-1))
  assert.equal(
    PER_OPERATION.map((name) => heap.stats().total[name as Name]),
    [4, 4, 0],
  )
})

counting('every way to allocate and to free is one', () => {
  using heap = Heap.create({ bytes: 8 * MIB, counters: true })
  const ways: [string, () => number][] = [
    ['malloc', () => heap.malloc(100)],
    ['tryMalloc', () => heap.tryMalloc(100)],
    ['calloc', () => heap.calloc(1, 100)],
    ['large calloc', () => heap.calloc(1, 100_000)],
    ['realloc of 0', () => heap.realloc(0, 100)],
    ['memalign', () => heap.memalign(64, 100)],
    ['large memalign', () => heap.memalign(8192, 100)],
    ['site', () => heap.site('x').malloc(100)],
    ['large site', () => heap.site('x').malloc(100_000)],
    [
      'mallocBatch',
      () => {
        const out = [0]
        heap.mallocBatch(100, out)
        return out[0]
      },
    ],
  ]
  for (const [k, [name, allocate]] of ways.entries()) {
    const p = allocate()
    assert.is(heap.stats().total.mallocs, k + 1, name)
    heap.free(p)
    assert.is(heap.stats().total.freesLocal, k + 1, name)
  }
})

counting.run()
