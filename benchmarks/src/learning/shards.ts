/**
 * Shards, simulated: 8 threads dealt to 1 to 8 shards take and give back large blocks in one heap, of which every extent
 * remembers the shard that touched it first. What comes back is memory that the shard touched before; the price is memory
 * that other shards left unused.
 */

import { Arena, COUNTERS, KNOBS, PAGE, ThreadRecord } from '@hakmem/arena'
import { Large, pin } from '@hakmem/learning'
import { uniform } from './random.ts'
import { type Section, target } from './verdict.ts'

const THREADS = 8
const STEPS = 30_000
const BYTES = 2 ** 30
const LIVE = 40

interface Outcome {
  /** Share of the claimed extents that the own shard had touched first, of those that any had. */
  readonly home: number
  readonly megabytes: number
}

function simulate(shards: number): Outcome {
  const arena = Arena.create({ bytes: BYTES, threads: THREADS })
  pin(arena, { knobs: { shards } })
  const random = uniform(9)
  const threads = Array.from({ length: THREADS }, (_, k) => {
    const record = ThreadRecord.claim(arena, k + 1)
    return { record, large: new Large(record), blocks: [] as number[] }
  })
  for (let k = 0; k < STEPS; k++) {
    const { record, large, blocks } = threads[Math.floor(random() * THREADS)]
    if (blocks.length > 0 && random() < blocks.length / (2 * LIVE)) {
      record.enter()
      large.release(blocks.splice(Math.floor(random() * blocks.length), 1)[0] / PAGE)
      record.leave()
    } else {
      const p = large.take(65_536 + Math.floor(random() * 983_041))
      if (p !== 0) blocks.push(p)
    }
    // A thread that has done its part for now gives back what is free.
    if (k % 50 === 0) record.flush()
  }
  const { W, geometry: g } = arena
  const sum = (counter: number) =>
    threads.reduce((total, { record }) => total + record.slabs.counter(counter), 0)
  const [home, away] = [sum(COUNTERS.claimedHome), sum(COUNTERS.claimedAway)]
  let pages = 0
  for (let e = g.firstExtent; e < g.extents; e++) pages += W[g.touched + e]
  return { home: shards === 1 ? 1 : home / Math.max(1, home + away), megabytes: (pages * PAGE) / 2 ** 20 }
}

export function shards(): Section {
  const outcomes = KNOBS.shards.map((count) => ({ count, ...simulate(count) }))
  const most = Math.min(...outcomes.map(({ home }) => home))
  return {
    title: 'Shards',
    tables: [
      {
        head: ['shards of 8 threads', 'claims of memory of the own shard', 'MiB ever used'],
        rows: outcomes.map(({ count, home, megabytes }) => [
          `${count}`,
          `${(home * 100).toFixed(1)} %`,
          megabytes.toFixed(0),
        ]),
      },
    ],
    targets: [
      target(
        'extents go back to the shard that touched them',
        `${(most * 100).toFixed(0)} %`,
        'over 90 %',
        most > 0.9,
      ),
    ],
  }
}
