/**
 * One launch of a cell: every contender in a fresh process, so that memory is its own and code is optimised for
 * this workload alone. After the warm-up they run in turn, round by round, and each round begins with another one:
 * a machine that slows down for a second then hits them alike, and the ratio within a round stays what it is.
 */

import { mean, min } from 'simple-statistics'
import type { Latency, Settings } from '../figures.ts'
import type { Peer } from '../peers/peers.ts'
import type { Contender } from './contender.ts'
import type { Cell } from './plan.ts'
import { prepared, warmUp } from './prepared.ts'

/** What one process of a contender has shown. */
export interface Launched {
  readonly peer: Peer
  readonly version: string
  /** Whether the warm-up ended with two rounds alike. */
  readonly steady: boolean
  /** Of each round, in the workload's unit. */
  readonly rounds: number[]
  /** The slowest lane over the mean of the lanes, of each round. */
  readonly slowest: number[]
  latency?: Latency
}

export interface Hooks {
  /** The processors to be held to, if any. */
  readonly processors: readonly number[] | undefined
  /** Called before each step with what is about to happen and the seconds it should take. */
  onStep(what: string, seconds: number): void
  /** Called when a contender cannot go on; the others do. */
  onFailure(peer: Peer, error: unknown): void
}

interface Running extends Launched {
  readonly contender: Contender
}

/** Runs those of a cell's contenders that `peers` has, and returns what those found that did not fail. */
export async function runLaunch(
  cell: Cell,
  peers: readonly Peer[],
  settings: Settings,
  turn: number,
  hooks: Hooks,
): Promise<Launched[]> {
  const { processors } = hooks
  const { rounds, seconds } = settings
  const running = new Set<Running>()

  const attempt = async (peer: Peer, what: string, takes: number, action: () => Promise<void>) => {
    hooks.onStep(`launch ${turn + 1} of ${settings.launches}, ${what}`, takes)
    try {
      await action()
      return true
    } catch (error) {
      hooks.onFailure(peer, error)
      return false
    }
  }
  const inTurn = async (first: number, what: string, action: (one: Running) => Promise<void>) => {
    for (const one of rotated([...running], first)) {
      const { peer, contender } = one
      if (await attempt(peer, `${what} ${peer.name}`, seconds, () => action(one))) continue
      running.delete(one)
      await contender.end()
    }
  }

  try {
    for (const peer of peers) {
      await attempt(peer, `warms up ${peer.name}`, peer.warmUp, async () => {
        const contender = await prepared(cell, peer, settings, { processors, touched: true })
        const steady = await warmUp(contender, seconds).catch(async (error) => {
          await contender.end()
          throw error
        })
        const { version } = contender.hello
        running.add({ peer, contender, version, steady, rounds: [], slowest: [] })
      })
    }
    for (let round = 0; round < rounds; round++) {
      await inTurn(turn + round, `round ${round + 1} of ${rounds},`, async (one) => {
        const done = await one.contender.round(seconds)
        if (done.ops === 0)
          throw new Error(`it finished nothing in a round of ${seconds} s; it needs longer ones`)
        one.rounds.push(done.ops / done.seconds / cell.workload.perUnit)
        one.slowest.push(min([...done.lanes]) / mean([...done.lanes]))
      })
    }
    if (cell.workload.kind.single) {
      await inTurn(turn, 'samples', async (one) => {
        const { count, nanoseconds } = await one.contender.sample(seconds)
        one.latency = { count, nanoseconds }
      })
    }
  } finally {
    for (const { contender } of running) await contender.end()
  }
  return [...running].map(({ contender, ...launched }) => launched)
}

function rotated<T>(list: readonly T[], by: number): T[] {
  return list.map((_, i) => list[(i + by) % list.length])
}
