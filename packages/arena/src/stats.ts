/** The counters of every record, as plain JSON. Readable from any thread; figures of running threads may lag. */

import { load } from '#ordering'
import type { Arena } from './arena.ts'
import { COUNTERS, type CounterName } from './counters.ts'
import { FLAG_COUNTERS, R_COUNTERS, R_THREAD } from './layout.ts'

type Counts = Record<CounterName, number>

export interface ThreadStats {
  /** Slot of the record, and the id of the thread that holds it now (null: nobody, or it lies vacant). */
  readonly slot: number
  readonly thread: number | null
  /** Counts since the heap was created, by all threads that held the record. 32 bits each, wrapping. */
  readonly counts: Counts
}

export interface Stats {
  /** Size of the buffer in bytes, and the number of records. */
  readonly bytes: number
  readonly threads: number
  /** Whether single operations are counted (`counters: true`). */
  readonly perOperation: boolean
  /** Sums over all records. */
  readonly total: Counts
  /** The records that are or were used. */
  readonly records: ThreadStats[]
}

export function stats(arena: Arena): Stats {
  const g = arena.geometry
  const names = Object.keys(COUNTERS) as CounterName[]
  const total = zeros(names)
  const records: ThreadStats[] = []
  for (let slot = 0; slot < g.threads; slot++) {
    const at = g.records + slot * g.recordWords
    const counts = zeros(names)
    let any = false
    for (const name of names) {
      const count = arena.W[at + R_COUNTERS + COUNTERS[name]] >>> 0
      counts[name] = count
      total[name] += count
      any ||= count !== 0
    }
    const word = load(arena.W, at + R_THREAD)
    if (any || word !== 0) records.push({ slot, thread: word > 0 ? word - 1 : null, counts })
  }
  return {
    bytes: g.bytes - g.base,
    threads: g.threads,
    perOperation: (g.flags & FLAG_COUNTERS) !== 0,
    total,
    records,
  }
}

function zeros(names: CounterName[]): Counts {
  return Object.fromEntries(names.map((name) => [name, 0])) as Counts
}
