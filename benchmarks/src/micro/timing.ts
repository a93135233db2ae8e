/**
 * The time of one run of a path, and the proof that the run took it. The clock is read before and after the run only,
 * and what reading it costs, read off just before, is taken off.
 */

import type { CounterName } from '@hakmem/arena'
import type { Paths } from './paths.ts'
import type { Path } from './stage.ts'

/** What a run may move only if its path says so: stages, and whatever goes wrong. */
const STAGES: readonly CounterName[] = [
  ...(['refillOwn', 'refillDirty', 'refillFresh', 'refillAdopted', 'refillExtent'] as const),
  ...([
    'reloaded',
    'stowed',
    'announced',
    'flushes',
    'largeTaken',
    'largeFreed',
    'largeRetained',
    'largeGrown',
    'parks',
  ] as const),
  ...(['outOfMemory', 'invalidSize', 'invalidPointer', 'doubleFree'] as const),
  ...(['listsDropped', 'recovered', 'pressure'] as const),
]
const OPERATIONS: readonly CounterName[] = ['mallocs', 'freesLocal', 'freesRemote']

/**
 * Nanoseconds per call in one run. Throws if the counters say that the run did something else; single operations
 * are looked at with `perOperation`, on heaps that count them.
 */
export function time(path: Path, counts: Paths['counts'], perOperation = false): number {
  path.before()
  const before = counts()
  const idle = performance.now()
  const start = performance.now()
  path.run()
  const end = performance.now()
  const after = counts()
  path.after()
  for (const name of perOperation ? [...STAGES, ...OPERATIONS] : STAGES) {
    const moved = after[name] - before[name]
    const told = path.moves[name] ?? 0
    if (moved !== told)
      throw new Error(`'${path.name}' took another path: ${name} moved by ${moved}, not ${told}`)
  }
  return (Math.max(0, end - start - (start - idle)) * 1e6) / (path.calls ?? 1)
}
