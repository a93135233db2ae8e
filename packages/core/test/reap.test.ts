// Deaths: what a dead thread held is everybody's again, what it allocated stays, and the one operation that it may have
// lost is named. Real workers end in real ways; deaths between two writes are played, and explored in `explore/`.

import { Worker } from 'node:worker_threads'
import { Arena, ThreadRecord } from '@hakmem/arena'
import { Heap, type Reaped, type Watch } from '@hakmem/core'
import { assert, codeOf, nextMessage, startWorker, suite, untyped } from '@hakmem/testing'
import { Piscina } from 'piscina'
import type { Held, Orders } from './reap.worker.ts'
import { fill, soundAudit, threadsOf } from './support.ts'

const MIB = 2 ** 20
const SIZES = [16, 24, 100, 700, 1024, 1500, 9000, 40_000, 70_000, 300_000]
const workerUrl = new URL('./reap.worker.js', import.meta.url)

function begin(heap: Heap, what: Orders['what'], sizes: readonly number[] = SIZES): Worker {
  return startWorker(workerUrl, { heap: heap.handle, what, sizes } satisfies Orders)
}

/** As `begin`, for a worker whose error is part of the test. */
function beginDoomed(heap: Heap, what: Orders['what']): Worker {
  const worker = new Worker(workerUrl, { workerData: { heap: heap.handle, what, sizes: SIZES } })
  worker.on('error', () => {})
  return worker
}

/** Watches `target` until one reaping has happened. */
function reaping(
  heap: Heap,
  target: Parameters<Heap['watch']>[0],
): { watch: Watch; reaped: Promise<Reaped> } {
  let tell: (reaped: Reaped) => void = () => {}
  const reaped = new Promise<Reaped>((resolve) => {
    tell = resolve
  })
  return { watch: heap.watch(target, tell), reaped }
}

function checkBlocks(heap: Heap, blocks: readonly number[]): void {
  for (const p of blocks) {
    assert.ok(heap.owns(p), `the block at ${p} is live`)
    assert.is(heap.U32[p >>> 2], p)
  }
}

/** After this nothing is left, and the largest block fits again. */
function settle(heap: Heap, blocks: readonly number[]): void {
  heap.freeBatch(blocks)
  const audit = soundAudit(heap)
  assert.is(audit.live, 0)
  heap.free(heap.malloc(audit.capacity - audit.metadata))
}

const played = suite('a death, played')

played('leaves blocks alone, frees the record, and others take the memory up', () => {
  const [a, b] = threadsOf(2, { bytes: 8 * MIB })
  const blocks = SIZES.map((size) => a.malloc(size))
  for (const p of blocks) a.U32[p >>> 2] = p
  const before = soundAudit(b).live
  const reaped = b.reap(a.thread)
  assert.equal([reaped.threads, reaped.records], [[a.thread], 1])
  assert.ok(reaped.extents > 0)
  assert.is(soundAudit(b).live, before)
  checkBlocks(b, blocks)
  settle(b, blocks)
})

played('is reaped once, however often one asks', () => {
  const [a, b, c] = threadsOf(3, { bytes: 8 * MIB })
  const p = a.malloc(100)
  assert.is(b.reap(a.thread).records, 1)
  for (const heap of [b, c, b]) {
    assert.equal(heap.reap(a.thread), { threads: [a.thread], records: 0, extents: 0, suspects: [] })
  }
  settle(c, [p])
})

played('names the block of the last malloc of each class, and those of a batch under way', () => {
  const [a, b] = threadsOf(2, { bytes: 8 * MIB })
  for (let k = 0; k < 40; k++) a.malloc(100)
  const small = a.malloc(100)
  const mid = a.malloc(5000)
  a.malloc(150_000)
  const large = a.malloc(200_000)
  a.free(a.malloc(16))
  const batch: number[] = []
  const look = () => {
    const suspects = b.reap(a.thread).suspects
    const names = new Set<number>(suspects.map(({ ptr }) => ptr))
    for (const p of [small, mid, large, ...batch]) assert.ok(names.has(p), `${p} is named`)
    assert.is(suspects.length, 3 + 21)
    for (const { ptr, size, operation } of suspects) {
      assert.is(operation, 'malloc')
      assert.is(b.usableSize(ptr), size)
    }
  }
  const cut = new Proxy(new Array<number>(50), {
    set(_, key, value: number) {
      batch.push(value)
      if (key !== '20') return true
      // As if the thread ended in the middle of the batch: it is reaped as it stands here.
      look()
      throw new RangeError('the end')
    },
  })
  assert.throws(() => a.mallocBatch(40, cut), /the end/)
  assert.is(batch.length, 21)
})

played('names nothing once all is freed or handed over', () => {
  const [a, b] = threadsOf(2, { bytes: 8 * MIB })
  const blocks = SIZES.map((size) => a.malloc(size))
  blocks.push(...Array.from({ length: 300 }, () => a.malloc(64)))
  a.freeBatch(blocks)
  assert.equal(b.reap(a.thread).suspects, [])

  const next = new Heap(ThreadRecord.claim(a.arena, 5000))
  assert.equal(b.reap(next.thread).suspects, [])
  settle(b, [])
})

played('can be reaped by one that dies at it: whoever reaps that one goes on', () => {
  const arena = Arena.create({ bytes: 8 * MIB, threads: 4 })
  const [a, b, c] = [10, 11, 12].map((thread) => new Heap(ThreadRecord.claim(arena, thread)))
  const blocks = SIZES.map((size) => a.malloc(size))
  for (const p of blocks) a.U32[p >>> 2] = p
  // The steps of `b` up to the first: its note, and the record's word.
  arena.W[arena.geometry.watches] = b.thread + 1
  arena.W[arena.geometry.watches + 1] = a.thread + 1
  arena.W[a.record.at] = -(b.thread + 1)
  const reaped = c.reap(b.thread)
  assert.equal([[...reaped.threads].sort(), reaped.records], [[10, 11], 2])
  checkBlocks(c, blocks)
  settle(c, blocks)
})

played('of a thread that claimed several extents gives back what it had not yet taken', () => {
  const [a, b] = threadsOf(2, { bytes: 8 * MIB })
  const { geometry: g, W } = a.arena
  const word = ((a.record.slot + 1) << 3) | 2
  for (const e of [g.extents - 3, g.extents - 2]) W[g.table + e] = word
  b.reap(a.thread)
  assert.equal([...W.slice(g.table + g.extents - 3, g.table + g.extents)], [0, 0, 0])
  settle(b, [])
})

for (const [moment, operation] of [
  ['before the run that reaches into the next extent is there', 'touch'],
  ['after the run that reached into the next extent is gone', 'setCont'],
] as const) {
  played(`leaves an exact audit, though it strikes ${moment}`, () => {
    const [a, b] = threadsOf(2, { bytes: 8 * MIB })
    const { runs, extents } = a.record
    const long = 2.5 * 2 ** a.arena.geometry.extentShift
    const p = a.malloc(long)
    a.malloc(100)
    const cut = () => {
      throw new Error('the end')
    }
    if (operation === 'touch') Object.assign(runs, { touch: cut })
    else Object.assign(extents, { setCont: cut })
    assert.throws(() => (operation === 'touch' ? a.malloc(long) : a.free(p)), /the end/)
    b.reap(a.thread)
    const { live } = soundAudit(b)
    assert.is(live, operation === 'touch' ? long + 112 : 112)
    // What is no longer joined is adopted all the same.
    for (let q = b.tryMalloc(16_384); q !== 0; q = b.tryMalloc(16_384)) {}
    assert.ok(soundAudit(b).free < MIB)
  })
}

played('leaves an exact audit, though it strikes while the thread attaches', () => {
  const arena = Arena.create({ bytes: 8 * MIB, threads: 3 })
  const claim = (thread: number) => new Heap(ThreadRecord.claim(arena, thread))
  const [a, b] = [claim(1), claim(2)]
  // The record's last holder died with blocks in its caches.
  const p = a.malloc(100)
  b.reap(a.thread)
  const { prototype } = untyped<{ prototype: { reset(): number } }>(ThreadRecord)
  const { reset } = prototype
  prototype.reset = () => {
    throw new Error('the end')
  }
  try {
    assert.throws(() => claim(3), /the end/)
  } finally {
    prototype.reset = reset
  }
  soundAudit(b)
  assert.is(b.reap(3).records, 1)
  claim(4).detach()
  settle(b, [p])
})

played('frees its record for the next thread, which finds it as good as new', () => {
  const arena = Arena.create({ bytes: MIB, threads: 2 })
  const b = new Heap(ThreadRecord.claim(arena, 1))
  for (let thread = 100; thread < 160; thread++) {
    const a = new Heap(ThreadRecord.claim(arena, thread))
    for (let k = 0; k < 200; k++) a.free(a.malloc(1 + ((k * 977) % 60_000)))
    a.malloc(2000)
    arena.W[a.record.at + 1] = 1
    const { suspects } = b.reap(thread)
    assert.ok(suspects.length >= 1)
    b.freeBatch(suspects.map(({ ptr }) => ptr))
    assert.is(soundAudit(b).live, 0)
  }
  settle(b, [])
})

played('does not end the survivors: memory of the dead serves a full heap', () => {
  const [a, b] = threadsOf(2, { bytes: 8 * MIB })
  const his = fill(a, 64)
  assert.is(b.tryMalloc(64), 0)
  b.reap(a.thread)
  for (const p of his) b.free(p)
  assert.is(fill(b, 64).length, his.length)
  soundAudit(b)
})

played('takes only threads that can be dead', () => {
  const [a, b] = threadsOf(2, { bytes: 8 * MIB })
  for (const thread of [undefined, null, '1', 1.5, -1, Number.NaN, 2 ** 31, {}, 1n, a.thread]) {
    assert.is(
      codeOf(() => a.reap(untyped(thread))),
      'ERR_HAKMEM_INVALID_THREAD',
    )
  }
  a.detach()
  assert.is(
    codeOf(() => a.reap(b.thread)),
    'ERR_HAKMEM_DETACHED',
  )
})

played.run()

const real = suite('a worker that ends')

for (const [what, how] of [
  ['hold', 'terminated while idle'],
  ['work', 'terminated at work'],
  ['overflow', 'terminated after a stack overflow that it caught'],
] as const) {
  real(`${how} is reaped by its watch`, async () => {
    using heap = Heap.create({ bytes: 32 * MIB, threads: 3 })
    const worker = begin(heap, what)
    const { reaped } = reaping(heap, worker)
    const held = await nextMessage<Held>(worker)
    await worker.terminate()
    const { threads, records, suspects } = await reaped
    assert.equal([threads, records], [[held.thread], 1])
    checkBlocks(heap, held.blocks.slice(0, SIZES.length))
    const known = new Set(held.blocks)
    const lost = suspects.filter(({ ptr }) => !known.has(ptr))
    assert.ok(what === 'work' ? lost.length <= 1 : lost.length === 0, `${lost.length} lost`)
    settle(heap, [...held.blocks, ...lost.map(({ ptr }) => ptr)])
  })
}

for (const what of ['exit', 'throw'] as const) {
  real(`by ${what === 'exit' ? 'process.exit' : 'an error'} is reaped by its watch`, async () => {
    using heap = Heap.create({ bytes: 32 * MIB, threads: 3 })
    const worker = beginDoomed(heap, what)
    const { reaped } = reaping(heap, worker)
    const { threadId } = worker
    assert.equal((await reaped).threads, [threadId])
    const audit = soundAudit(heap)
    assert.ok(audit.live > 400_000)
    assert.is(heap.stats().records.filter(({ thread }) => thread === threadId).length, 0)
  })
}

real('takes the workers that it watched along', async () => {
  using heap = Heap.create({ bytes: 32 * MIB, threads: 4 })
  const worker = begin(heap, 'watch-child')
  const { reaped } = reaping(heap, worker)
  const held = await nextMessage<Held>(worker)
  await worker.terminate()
  const { threads, records } = await reaped
  assert.equal([new Set(threads), records], [new Set([held.thread, held.child]), 2])
  checkBlocks(heap, held.blocks)
  settle(heap, held.blocks)
})

real('that is watched no more is not reaped, and can be by hand', async () => {
  using heap = Heap.create({ bytes: 32 * MIB, threads: 3 })
  const worker = begin(heap, 'hold')
  let told = 0
  const watch = heap.watch(worker, () => told++)
  const { thread, blocks } = await nextMessage<Held>(worker)
  assert.equal(watch.threads, [thread])
  watch.dispose()
  assert.equal(watch.threads, [])
  await worker.terminate()
  assert.is(told, 0)
  assert.is(heap.reap(thread).records, 1)
  settle(heap, blocks)
})

real('cannot be watched once it has ended, nor can what is no worker', async () => {
  using heap = Heap.create({ bytes: 32 * MIB, threads: 3 })
  const worker = begin(heap, 'hold')
  await nextMessage(worker)
  await worker.terminate()
  for (const target of [worker, {}, null, undefined, 7, { threads: 3 }]) {
    assert.is(
      codeOf(() => heap.watch(untyped(target))),
      'ERR_HAKMEM_INVALID_THREAD',
    )
  }
})

real.run()

const pools = suite('a Piscina pool that is watched')

pools('has each worker reaped, those that it makes later too', async () => {
  using heap = Heap.create({ bytes: 64 * MIB, threads: 8 })
  const reapings: Reaped[] = []
  const pool = new Piscina({
    filename: new URL('./reap.pool.js', import.meta.url).href,
    minThreads: 1,
    maxThreads: 3,
    idleTimeout: 1000,
  })
  using watch = heap.watch(pool, (reaped) => reapings.push(reaped))
  const job = (): Promise<Omit<Held, 'child'>> => pool.run({ heap: heap.handle, sizes: SIZES })
  const results = await Promise.all([job(), job(), job(), job(), job(), job()])
  const threads = new Set(results.map(({ thread }) => thread))
  assert.ok(threads.size > 1, 'more than one worker took part')
  for (const thread of threads) assert.ok(watch.threads.includes(thread))
  await pool.destroy()
  assert.equal(new Set(reapings.flatMap(({ threads }) => threads).filter((t) => threads.has(t))), threads)
  settle(
    heap,
    results.flatMap(({ blocks }) => blocks),
  )
})

pools.run()
