/**
 * The actuator test: forcing each strategy and each setting of each knob must change the counters, or the addresses, that it
 * is there to change. hakmem once chose a strategy after the allocation that it was for, and nobody noticed.
 */

import { Arena, COUNTERS, type CounterName, KNOBS, layout, PAGE, ThreadRecord } from '@hakmem/arena'
import { Heap } from '@hakmem/core'
import { pin, STRATEGIES } from '@hakmem/learning'
import { uniform } from './random.ts'
import { type Section, target } from './verdict.ts'

/** Large enough for slabs of 64 KiB, which no refill empties. */
const BYTES = 2 ** 29

/** Two threads of one heap, played in turn. */
interface Pair {
  readonly arena: Arena
  readonly a: Heap
  readonly b: Heap
}

function pair(policy: Parameters<typeof pin>[1]): Pair {
  const arena = Arena.create({ bytes: BYTES, threads: 4 })
  pin(arena, policy)
  const [a, b] = [1, 2].map((thread) => new Heap(ThreadRecord.claim(arena, thread)))
  return { arena, a, b }
}

const counter = (heap: Heap, name: CounterName) => heap.record.slabs.counter(COUNTERS[name])

/** For each knob: a load, and the figure that its settings must move. */
const LOADS: Readonly<
  Record<keyof typeof KNOBS, { readonly figure: string; readonly measure: (pair: Pair) => number }>
> = {
  refill: {
    figure: 'blocks per refill',
    measure({ a }) {
      const blocks = Array.from({ length: 20_000 }, () => a.malloc(64))
      a.freeBatch(blocks.filter((_, k) => k % 2 === 0))
      a.flush()
      const [taken, refills] = [counter(a, 'refilled'), refillsOf(a)]
      for (let k = 0; k < 8_000; k++) a.malloc(64)
      return (counter(a, 'refilled') - taken) / (refillsOf(a) - refills)
    },
  },
  rush: {
    figure: 'refills of a growing thread',
    measure({ a }) {
      for (let k = 0; k < 20_000; k++) a.malloc(64)
      return refillsOf(a)
    },
  },
  cap: {
    figure: 'full caches',
    measure({ a }) {
      for (let round = 0; round < 20; round++) {
        // More than the largest cache holds.
        const blocks = Array.from({ length: 10_000 }, () => a.malloc(64))
        a.freeBatch(blocks)
      }
      return counter(a, 'stowed') + counter(a, 'flushes')
    },
  },
  yield: {
    figure: 'fresh runs, of blocks freed by another thread',
    measure({ a, b }) {
      const random = uniform(1)
      const live: number[] = []
      for (let k = 0; k < 60_000; k++) {
        live.push(a.malloc(64))
        if (live.length > 8000) b.free(live.splice(Math.floor(random() * live.length), 1)[0])
      }
      return counter(a, 'refillFresh') + counter(a, 'refillExtent')
    },
  },
  bundle: {
    figure: 'announcements of 1000 frees by another thread',
    measure({ a, b }) {
      b.malloc(16)
      for (let k = 0; k < 1000; k++) b.free(a.malloc(64 * 1024))
      return counter(b, 'announced')
    },
  },
  shards: {
    figure: 'shards of 8 threads',
    measure({ arena }) {
      const g = arena.geometry
      return new Set(
        Array.from({ length: g.threads }, (_, slot) => {
          const record = ThreadRecord.claim(arena, 10 + slot)
          record.enter()
          record.leave()
          return arena.W[record.at + layout.R_SHARD]
        }),
      ).size
    },
  },
}

function refillsOf(heap: Heap): number {
  return counter(heap, 'refillOwn') + counter(heap, 'refillDirty') + counter(heap, 'refillFresh')
}

/** Where a strategy puts 300 blocks of a heap with holes; and how many came from those retained. */
function placementOf(strategy: string): string {
  const { a, arena } = pair({ strategy })
  // As the leader would have learned of the site.
  const site = a.site('brief')
  arena.H[layout.H_SITES] = (site.id << 1) | 1
  const random = uniform(3)
  const live: number[] = []
  const places: number[] = []
  for (let k = 0; k < 600; k++) {
    if (live.length > 60 && random() < 0.5) a.free(live.splice(Math.floor(random() * live.length), 1)[0])
    const size = (16 + Math.floor(random() * 64)) * PAGE
    const p = k % 3 === 0 ? site.malloc(size) : a.malloc(size)
    if (live.length < 120) live.push(p)
    else a.free(p)
    places.push(p / PAGE)
  }
  return places.join(' ')
}

export function actuators(): Section {
  const rows: string[][] = []
  const idle: string[] = []
  for (const [name, { figure, measure }] of Object.entries(LOADS)) {
    const knob = name as keyof typeof KNOBS
    const figures = KNOBS[knob].map((value) => {
      if (knob !== 'shards') return measure(pair({ knobs: { [knob]: value } }))
      const arena = Arena.create({ bytes: BYTES, threads: 8 })
      pin(arena, { knobs: { shards: value } })
      return measure({ arena } as Pair)
    })
    KNOBS[knob].forEach((value, k) => {
      rows.push([`${knob} ${value}`, figure, figures[k].toFixed(figures[k] < 100 ? 1 : 0)])
      if (figures.some((other, n) => n !== k && other === figures[k])) idle.push(`${knob} ${value}`)
    })
  }
  const places = STRATEGIES.map(({ name }) => placementOf(name))
  STRATEGIES.forEach(({ name }, k) => {
    const same = STRATEGIES.filter((_, n) => n !== k && places[n] === places[k]).map((other) => other.name)
    rows.push([name, 'places as', same.join(', ') || 'no other'])
    if (same.length > 0) idle.push(name)
  })
  return {
    title: 'Actuators',
    tables: [{ head: ['forced', 'figure', ''], rows }],
    targets: [
      target('arms that change nothing when forced', idle.join(', ') || 'none', 'none', idle.length === 0),
    ],
  }
}
