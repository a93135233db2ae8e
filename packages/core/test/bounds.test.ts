// What a thread can keep from the others, at most, and how many steps an operation takes: the worst cases, built, against
// `boundsOf`. Each comes near its bound, so that a bound which is too low fails.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import {
  Arena,
  type ArenaOptions,
  boundsOf,
  CLASS_OF,
  MID_CLASSES,
  SIZES,
  SMALL_CLASSES,
} from '@hakmem/arena'
import type { Heap } from '@hakmem/core'
import { assert, suite } from '@hakmem/testing'
import type { Steps } from './bounds.child.ts'
import { fill, soundAudit, threadsOf } from './support.ts'

const MIB = 2 ** 20
const SIZE = 1024
const CLASS = CLASS_OF[SIZE >>> 4]

const bytes = suite('bytes that a thread can strand')

/** Bytes that `other` cannot have, in blocks of an extent each; it gives back what it took. */
function strandedFrom(other: Heap): number {
  const { geometry: g } = other.arena
  const extent = 2 ** g.extentShift
  const got = fill(other, extent)
  const room = (g.extents - g.firstExtent) * extent
  other.freeBatch(got)
  other.park()
  return room - got.length * extent
}

/** Frees all of `blocks`, of class CLASS, so that the cache is left with one in as many extents as it has entries. */
function freeScattered(by: Heap, blocks: readonly number[]): void {
  const { extentShift, caps } = by.arena.geometry
  const first = new Map<number, number>()
  for (const p of blocks) if (!first.has(p >>> extentShift)) first.set(p >>> extentShift, p)
  // Not in neighbouring extents, so that what is free in between cannot join.
  const kept = [...first.values()].filter((_, k) => k % 4 === 0).slice(0, caps[CLASS])
  const later = new Set(kept)
  for (const p of blocks) if (!later.has(p)) by.free(p)
  by.record.enter()
  by.record.slabs.flush(CLASS)
  by.record.leave()
  by.freeBatch(kept)
}

const HEAPS: [ArenaOptions & { bytes: number; threads: number }, mib: number][] = [
  [{ bytes: 8 * MIB, threads: 16 }, 2],
  [{ bytes: 8 * MIB, threads: 2 }, 4],
  [{ bytes: 64 * MIB, threads: 16 }, 4],
  [{ bytes: 256 * MIB, threads: 16 }, 16],
]

for (const [options, mib] of HEAPS) {
  const { bytes: size, threads } = options
  bytes(`in its caches, full in every class: ${size / MIB} MiB, ${threads} threads`, () => {
    const [a] = threadsOf(threads, options)
    const { cached } = boundsOf(a.arena.geometry)
    const { caps } = a.arena.geometry
    for (let c = 1; c <= SMALL_CLASSES; c++) {
      const blocks: number[] = []
      while (blocks.length < caps[c] || a.record.slabs.cached(c) > 0)
        blocks.push(a.malloc(SIZES[c] - (c === MID_CLASSES ? 16 : 1)))
      a.freeBatch(blocks.slice(0, caps[c]))
      assert.is(a.record.slabs.cached(c), caps[c])
    }
    assert.is(soundAudit(a).cached, cached)
    assert.ok(cached <= mib * MIB, `${cached}`)
    assert.ok(cached > (mib * MIB) / 2, `${cached}`)
  })
}

bytes('in its magazines, full of blocks of any of the sizes that they hold', () => {
  for (const c of [1, 4, 8]) {
    const [a] = threadsOf(2, { bytes: 64 * MIB })
    const { caps, cacheWords } = a.arena.geometry
    const { cached, stowed } = boundsOf(a.arena.geometry)
    a.freeBatch(fill(a, SIZES[c]).slice(0, 12 * cacheWords))
    const held = soundAudit(a).cached
    assert.ok(held > 8 * caps[c] * SIZES[c], `${held}`)
    assert.ok(held <= cached + stowed)
    a.flush()
    assert.is(soundAudit(a).cached, 0)
  }
})

bytes(
  'idle, all blocks freed by itself: what its caches pin, and some free extents; nothing once flushed',
  () => {
    const [a, b] = threadsOf(2, { bytes: 8 * MIB })
    const bounds = boundsOf(a.arena.geometry)
    const blocks = fill(a, SIZE)
    const peak = blocks.length * SIZE
    freeScattered(a, blocks)
    const stranded = strandedFrom(b)
    const most = bounds.idleIn(CLASS, peak)
    assert.ok(stranded <= most, `${stranded} of ${most}`)
    // Free extents stay only where nothing joins them; what is pinned is the larger part.
    assert.ok(stranded >= bounds.idleIn(CLASS, 0) / 2, `${stranded} of ${most}`)
    assert.ok(stranded <= bounds.idle(peak))
    a.flush()
    assert.is(strandedFrom(b), 0)
  },
)

bytes('idle, its blocks freed by others: all that it held, until it collects', () => {
  for (const end of ['flush', 'park'] as const) {
    const [a, b] = threadsOf(2, { bytes: 8 * MIB })
    const blocks = fill(a, SIZE)
    b.freeBatch(blocks)
    assert.ok(strandedFrom(b) >= blocks.length * SIZE)
    a[end]()
    assert.is(strandedFrom(b), 0)
  }
})

bytes('flushed, with live blocks: for each the extents of its run; parked: nothing but the blocks', () => {
  for (const size of [16, SIZE, 40_000, 65_536, 200_000]) {
    const [a, b] = threadsOf(2, { bytes: 8 * MIB })
    const blocks = fill(a, size)
    const { extentShift } = a.arena.geometry
    const kept = new Map<number, number>()
    for (const p of blocks) if (((p >>> extentShift) & 7) === 1) kept.set(p >>> extentShift, p)
    const live = [...kept.values()]
    for (const p of blocks) if (kept.get(p >>> extentShift) !== p) b.free(p)
    a.flush()
    const stranded = strandedFrom(b)
    const most = live.length * boundsOf(a.arena.geometry).flushed(size)
    assert.ok(live.length > 3)
    assert.ok(stranded <= most, `${size}: ${stranded} of ${most}`)
    assert.ok(stranded >= most / 5, `${size}: ${stranded} of ${most}`)

    a.park()
    if (size <= 65_536) assert.ok(fill(b, size).length >= blocks.length - live.length, `${size} B`)
    else assert.ok(fill(b, 64).length * 64 >= 0.99 * (blocks.length - live.length) * size, `${size} B`)
  }
})

bytes(
  'free-only: nothing of the living; of those who left no more than one that idles, its caches and free extents',
  () => {
    const [a, b, c] = threadsOf(3, { bytes: 8 * MIB })
    b.freeBatch(fill(a, SIZE))
    assert.equal(b.record.extents.nextMine(0), b.arena.geometry.extents)
    assert.is(b.record.slabs.cached(CLASS), 0)
    a.flush()
    assert.is(strandedFrom(c), 0)

    const blocks = fill(a, SIZE)
    a.park()
    a.detach()
    freeScattered(b, blocks)
    const { geometry: g } = b.arena
    const stranded = strandedFrom(c)
    const most = boundsOf(g).idleIn(CLASS, 0)
    assert.ok(stranded <= most && stranded > most / 4, `${stranded} of ${most}`)
    b.flush()
    assert.is(strandedFrom(c), 0)
  },
)

bytes('detached: all that it held, until another attaches or memory is short; parked before: nothing', () => {
  for (const parks of [false, true]) {
    const [a, b] = threadsOf(2, { bytes: 8 * MIB })
    const blocks = Array.from({ length: 500 }, () => a.malloc(SIZE))
    b.freeBatch(blocks)
    if (parks) a.park()
    a.detach()
    const { cached, remote } = soundAudit(b)
    assert.is(cached + remote > 0, !parks)
    assert.is(strandedFrom(b), 0)
    assert.equal([soundAudit(b).cached + soundAudit(b).remote, soundAudit(b).live], [0, 0])
  }
})

bytes('dead: all that it held, and its record; reaped: nothing but its live blocks', () => {
  const [a, b] = threadsOf(2, { bytes: 8 * MIB })
  const { geometry: g } = a.arena
  const blocks = fill(a, SIZE)
  const room = (g.extents - g.firstExtent) * 2 ** g.extentShift
  assert.is(strandedFrom(b), room)
  b.reap(a.thread)
  const live = blocks.filter((_, k) => k % 100 === 0)
  for (const [k, p] of blocks.entries()) if (k % 100 !== 0) b.free(p)
  assert.is(fill(b, SIZE).length, blocks.length - live.length)
})

bytes.run()

const steps = suite('steps that an operation takes')

const child = fileURLToPath(new URL('./bounds.child.js', import.meta.url))
const register = new URL('./ordering.register.js', import.meta.url).href
const { stdout, stderr } = spawnSync(process.execPath, ['--conditions=module', '--import', register, child], {
  encoding: 'utf8',
  timeout: 60_000,
})
assert.match(stdout, /^\{.*\}\n$/, stderr)
const counted: Steps = JSON.parse(stdout)
const bounds = boundsOf(Arena.create({ bytes: counted.bytes, threads: counted.threads }).geometry)

steps('from and into a cache: not one ordered operation', () => {
  assert.equal(counted.fast, { blockReads: 0, otherSteps: bounds.fast })
})

steps("a free of another thread's block: five, and no loop", () => {
  assert.equal(counted.remoteFree, { blockReads: 0, otherSteps: bounds.remoteFree })
})

for (const [name, { blockReads, otherSteps }] of Object.entries(counted.worst)) {
  steps(`${name}: each block read a few times at most`, () => {
    console.log(`${name}: ${blockReads} of ${bounds.blockReads}, ${otherSteps} of ${bounds.otherSteps}`)
    assert.ok(blockReads <= bounds.blockReads, `${blockReads} state bytes read`)
    assert.ok(otherSteps <= bounds.otherSteps, `${otherSteps} steps`)
  })
}

steps('the worst of them comes near', () => {
  const worst = Object.values(counted.worst)
  assert.ok(Math.max(...worst.map((one) => one.blockReads)) > bounds.blockReads / 4)
  assert.ok(Math.max(...worst.map((one) => one.otherSteps)) > bounds.otherSteps / 8)
})

steps.run()
