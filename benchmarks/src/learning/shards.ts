/**
 * Shards, simulated: 8 threads that attached with 1 to 8 different shards take and give back large blocks in one heap, of
 * which every extent remembers the shard that touched it first. Each thread flushes now and then, or parks, so that its
 * memory goes to whoever adopts it.
 *
 * What a shard is worth is how much of the memory that a thread holds its shard touched first: that much is near. `dealt` is
 * the same by threads that name no shard, looked at as if they had. The price is memory that other shards left unused.
 */

import { Arena, PAGE, ThreadRecord } from '@hakmem/arena'
import { Large } from '@hakmem/learning'
import { mean } from 'simple-statistics'
import { uniform } from './random.ts'
import { type Section, target } from './verdict.ts'

const THREADS = 8
const STEPS = 30_000
const BYTES = 2 ** 30
const LIVE = 40
/** Steps between two flushes, or parks, of some thread; and between two looks at who holds what. */
const PAUSE = 50
const LOOK = 500

interface Outcome {
  /** Share of the extents held that the own shard touched first. */
  readonly near: number
  readonly megabytes: number
}

/** `named`: whether the heap is told of the shards. */
function simulate(shards: number, pause: 'flush' | 'park', named: boolean): Outcome {
  const arena = Arena.create({ bytes: BYTES, threads: THREADS })
  const random = uniform(9)
  const threads = Array.from({ length: THREADS }, (_, k) => {
    const record = ThreadRecord.claim(arena, k + 1)
    if (named) record.setShard(k % shards)
    return { record, large: new Large(record), blocks: [] as number[] }
  })
  const { W, geometry: g } = arena
  /** By extent: the shard of the thread that was seen to hold it first. */
  const touched = new Map<number, number>()
  const looks: number[] = []
  const look = () => {
    let near = 0
    let held = 0
    threads.forEach(({ record }, k) => {
      for (let e = record.extents.nextMine(0); e < g.extents; e = record.extents.nextMine(e + 1)) {
        const shard = k % shards
        if (!touched.has(e)) touched.set(e, named ? W[g.shards + e] - 1 : shard)
        if (touched.get(e) === shard) near++
        held++
      }
    })
    looks.push(near / held)
  }
  for (let k = 1; k <= STEPS; k++) {
    const { record, large, blocks } = threads[Math.floor(random() * THREADS)]
    if (blocks.length > 0 && random() < blocks.length / (2 * LIVE)) {
      const [p] = blocks.splice(Math.floor(random() * blocks.length), 1)
      // As any thread frees: after a park the block may be anybody's.
      if (record.extents.isMine(p >>> g.extentShift)) release(record, large, p)
      else arena.S[p >>> 4] = 255
    } else {
      const p = large.take(65_536 + Math.floor(random() * 983_041))
      if (p !== 0) blocks.push(p)
    }
    if (k % PAUSE === 0) record[pause]()
    if (k % LOOK === 0) look()
  }
  let pages = 0
  for (let e = g.firstExtent; e < g.extents; e++) pages += W[g.touched + e]
  return { near: mean(looks), megabytes: (pages * PAGE) / 2 ** 20 }
}

function release(record: ThreadRecord, large: Large, p: number): void {
  record.enter()
  large.release(p / PAGE)
  record.leave()
}

export function shards(): Section {
  const counts = Array.from({ length: THREADS }, (_, k) => k + 1)
  const outcomes = counts.map((count) => ({
    count,
    ...Object.fromEntries(
      (['flush', 'park'] as const).map((pause) => [
        pause,
        { named: simulate(count, pause, true), dealt: simulate(count, pause, false) },
      ]),
    ),
  })) as { count: number; flush: Pair; park: Pair }[]
  const percent = (share: number) => `${(share * 100).toFixed(0)} %`
  const cells = ({ named, dealt }: Pair) => [
    percent(named.near),
    percent(dealt.near),
    named.megabytes.toFixed(0),
    dealt.megabytes.toFixed(0),
  ]
  const most = Math.min(...outcomes.map(({ flush }) => flush.named.near))
  const parked = Math.min(...outcomes.map(({ park }) => park.named.near))
  return {
    title: 'Shards',
    tables: [
      {
        head: [
          'shards of 8 threads',
          ...['near, flushing', 'not told', 'MiB', 'not told'],
          ...['near, parking', 'not told', 'MiB', 'not told'],
        ],
        rows: outcomes.map(({ count, flush, park }) => [`${count}`, ...cells(flush), ...cells(park)]),
      },
    ],
    targets: [
      target(
        'held memory that the own shard touched first, of threads that flush',
        percent(most),
        'over 90 %',
        most > 0.9,
      ),
      target('the same of threads that park', percent(parked), 'over 90 %', parked > 0.9),
    ],
  }
}

interface Pair {
  readonly named: Outcome
  readonly dealt: Outcome
}
