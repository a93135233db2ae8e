/**
 * Memory of one contender in one workload, in processes of its own, where nothing is touched beforehand. What a
 * process needs without the workload's blocks is measured in one that is as warm: there the same loop runs with next
 * to nothing allocated, so that threads and compiled code are in the baseline. Where a kind of workload cannot do
 * that, the baseline is a process with all threads up and nothing run, which counts compiled code as growth.
 */

import { max } from 'simple-statistics'
import type { Memory, Settings } from '../figures.ts'
import type { Shape } from '../loops/kind.ts'
import type { Peer } from '../peers/peers.ts'
import type { Contender } from './contender.ts'
import type { Cell } from './plan.ts'
import { prepared, warmUp } from './prepared.ts'

/** Between two looks at resident memory. */
const SECONDS = 0.2

/** Runs for `settings.memorySeconds`, after a baseline that takes a warm-up. */
export async function measureMemory(
  cell: Cell,
  peer: Peer,
  settings: Settings,
  processors: readonly number[] | undefined,
): Promise<Memory> {
  const { kind, shape } = cell.workload
  const within = async <T>(shape: Shape, action: (contender: Contender) => Promise<T>): Promise<T> => {
    const contender = await prepared(cell, peer, settings, { processors, shape, touched: false })
    try {
      return await action(contender)
    } finally {
      await contender.end()
    }
  }

  const idle = kind.idle?.(shape)
  const warmBytes =
    idle &&
    (await within(idle, async (contender) => {
      await warmUp(contender, SECONDS)
      return (await contender.round(SECONDS)).residentBytes
    }))
  return within(shape, async (contender) => {
    const samples: { seconds: number; bytes: number }[] = []
    let peakBytes = 0
    const start = performance.now()
    for (let seconds = 0; seconds < settings.memorySeconds; ) {
      const done = await contender.round(SECONDS)
      seconds = (performance.now() - start) / 1000
      peakBytes = max([peakBytes, done.peakResidentBytes])
      samples.push({ seconds, bytes: done.residentBytes })
    }
    const liveBytes = kind.live(shape, cell.threads).bytes
    return { baselineBytes: warmBytes ?? contender.idleBytes, peakBytes, liveBytes, samples }
  })
}
