/** What a run has come to, as a key: equal keys mean that everything from here on can be equal. */

import * as clocks from '../memory/clocks.ts'
import { M1, M2, regs } from '../memory/registers.ts'
import { END, ENDED, START } from './thread.ts'
import type { World } from './world.ts'

/** One of its lanes, 0 or 1. */
export function keyOf<S>(world: World<S>, lane: number): number {
  const { last, machine } = world
  const by = lane === 0 ? 0x85ebca6b : 0x9e3779b1
  let h = lane === 0 ? regs[M1] : regs[M2]
  for (let t = 0; t < world.live; t++) {
    const thread = world.threads[t]
    const { status } = thread
    const about =
      status |
      (thread.parked ? 4 : 0) |
      (thread.expired ? 8 : 0) |
      (thread.woken === undefined ? 0 : thread.woken === 'ok' ? 16 : 32) |
      (thread.kind === START || thread.kind === END ? 64 : 0) |
      (thread.actor << 8) |
      (thread.pauses << 12) |
      ((thread.k + 1) << 16)
    h = Math.imul(h ^ about, by)
    h = Math.imul(h ^ (h >>> 15) ^ (lane === 0 ? thread.h1 : thread.h2), 0xc2b2ae35)
    h ^= h >>> 13
    if (status < ENDED) h = Math.imul(h ^ thread.count, by)
    for (const { id, result } of thread.turns) h = Math.imul(h ^ (2 * id + (result === 'ok' ? 0 : 1)), by)
    if (machine.delayed) h = machine.buffers[t].hash(h ^ t)
  }
  h = machine.waits.hash(h ^ (h >>> 16))

  let who = 0
  if (last !== undefined && (world.canRun(last) || world.canKill(last))) who = last.index + 1
  h = Math.imul(h ^ who ^ (world.kills << 8) ^ (world.throws << 16), by)
  h ^= h >>> 16
  if (machine.races !== 0) h = clocks.hash(h, lane)
  return h
}
