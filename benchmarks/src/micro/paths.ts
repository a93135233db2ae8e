/**
 * The paths of the allocator, one by one: for each, what leads up to it, the calls that take it, and what clears up
 * behind them. What a path claims to be is proved by the heap's counters (`timing.ts`), each time.
 */

import type { CounterName } from '@hakmem/arena'
import { larges } from './large.ts'
import { cached, changes, flushes, refills, remoteFrees } from './small.ts'
import { type Path, Stage, type StageOptions } from './stage.ts'
import { comings } from './threads.ts'

export interface Paths {
  /** By what they have in common. */
  readonly groups: Readonly<Record<string, readonly Path[]>>
  /** The counters of all heaps that the paths use. */
  counts(): Record<CounterName, number>
}

/** All paths, on heaps of their own. */
export function pathsOf(options: StageOptions = {}): Paths {
  const stage = new Stage(options)
  const { paths, home } = comings(options)
  const groups = {
    'from and to the cache': [
      ...cached(stage, 32, 100),
      ...cached(stage, 1024, 32),
      ...cached(stage, 16_384, 32),
    ],
    'malloc 32 B that refills, from': refills(stage),
    'full caches': flushes(stage),
    'blocks of other threads': remoteFrees(stage),
    large: larges(stage),
    'calloc and realloc': changes(stage),
    threads: paths,
  }
  const counts = () => {
    const { total } = stage.heap.stats()
    for (const [name, count] of Object.entries(home.stats().total)) total[name as CounterName] += count
    return total
  }
  return { groups, counts }
}
