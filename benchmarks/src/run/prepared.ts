/** A contender with a cell's workload in it, warm. */

import type { Settings } from '../figures.ts'
import type { Shape } from '../loops/kind.ts'
import type { Peer } from '../peers/peers.ts'
import { heapBytesOf } from '../workloads.ts'
import { Contender } from './contender.ts'
import type { Cell } from './plan.ts'

/** A warm-up is over when two rounds in a row differ by less than this, or it took twice its time. */
const STEADY = 0.05
/** What is touched beforehand, over what the workload keeps allocated: slack for what is free in between. */
const TOUCHED = 2
/** And over the heap that contenders in JavaScript have. */
const MOST_TOUCHED = 0.5

interface Order {
  /** The processors to be held to, if any. */
  readonly processors: readonly number[] | undefined
  /** What the loop runs with, where it is not what the workload says. */
  readonly shape?: Shape
  /** Whether memory is to have been used before, so that the system's work for fresh pages is over. */
  readonly touched: boolean
}

/** Starts the process of a contender and prepares the workload; nothing has run yet. */
export async function prepared(
  cell: Cell,
  peer: Peer,
  { seed }: Settings,
  { processors, shape = cell.workload.shape, touched }: Order,
): Promise<Contender> {
  const { workload, threads } = cell
  const { kind } = workload
  const busy = kind.busy?.(threads) ?? threads
  const contender = await Contender.start(peer, processors?.slice(0, busy))
  // What cannot pass blocks has no memory to touch either: a number stands for a buffer.
  const fresh = !touched || !peer.passesBlocks
  const heap = heapBytesOf(kind, shape, threads)
  const bytes = fresh ? 0 : Math.min(TOUCHED * kind.live(shape, threads).bytes, MOST_TOUCHED * heap)
  const touchBytes = Math.ceil(bytes / kind.seats(threads))
  try {
    await contender.prepare({ do: 'prepare', kind: kind.name, shape, threads, seed, touchBytes })
    return contender
  } catch (error) {
    await contender.end()
    throw error
  }
}

/** Runs rounds until two agree; false if they did not within twice the time that the contender should need. */
export async function warmUp(contender: Contender, seconds: number): Promise<boolean> {
  const { warmUp } = contender.peer
  let before = 0
  for (let spent = 0; spent < 2 * warmUp; ) {
    const done = await contender.round(seconds)
    const rate = done.ops / done.seconds
    spent += Math.max(seconds, done.seconds)
    if (spent >= warmUp && Math.abs(rate - before) < STEADY * rate) return true
    before = rate
  }
  return false
}
