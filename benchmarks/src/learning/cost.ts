/**
 * What learning costs the large path: 64 KiB to 1 MiB, a random one of 256 slots toggled, one thread.
 *
 * The hooks take a few nanoseconds of an operation of about a thousand, which no comparison of whole runs can tell from
 * noise. So what an operation does more because of them is done AMPLIFIED times more, in turn with the plain run, and the
 * difference is divided. Times are of the processor, which other programs do not lengthen. `frozen` is what every heap does: a glance at the policy word, and asking whether events are
 * wanted. `learning` is that and writing the event; the leader, on its own thread, keeps to a budget of 1 % of one core.
 */

import { EventReader, FREED, layout, type ThreadRecord } from '@hakmem/arena'
import { Heap } from '@hakmem/core'
import { estimate } from '../statistics.ts'
import { processorTime } from './processor.ts'
import { uniform } from './random.ts'
import type { Section, Target } from './verdict.ts'

const ROUNDS = 15
const STEPS = 20_000
const SLOTS = 256
const AMPLIFIED = 100
const MOST_FROZEN = 0.005
const MOST_LEARNING = 0.01

/** What one operation does for learning, so many times. */
type Hook = (record: ThreadRecord, times: number) => number

const HOOKS: Readonly<Record<'frozen' | 'learning', Hook>> = {
  frozen(record, times) {
    const { H, W } = record.arena
    const { events } = record
    const policy = layout.H_POLICY
    const followed = record.at + layout.R_POLICY
    let seen = 0
    for (let k = 0; k < times; k++) {
      if (H[policy] !== W[followed]) seen++
      if (events.isWanted()) seen++
    }
    return seen
  },
  learning(record, times) {
    const { H, W } = record.arena
    const { events } = record
    const policy = layout.H_POLICY
    const followed = record.at + layout.R_POLICY
    const [read, written] = [record.at + layout.R_EVENTS_READ, record.at + layout.R_EVENTS]
    let seen = 0
    for (let k = 0; k < times; k++) {
      if (H[policy] !== W[followed]) seen++
      if (events.isWanted()) events.note(FREED, 0, 0, 0)
    }
    // As if the leader had read them; the ring holds more than that.
    W[read] = W[written]
    return seen
  },
}

/** A loop of its own for each hook: one shared by both would be compiled for both. */
function loopOf(heap: Heap, hook: Hook): (times: number) => number {
  const slots = new Float64Array(SLOTS)
  const random = uniform(5)
  let seen = 0
  return (times) => {
    const start = processorTime()
    for (let k = 0; k < STEPS; k++) {
      const at = Math.floor(random() * SLOTS)
      if (slots[at] !== 0) {
        heap.free(slots[at])
        slots[at] = 0
      } else {
        slots[at] = heap.malloc(65_536 + Math.floor(random() * 983_041))
      }
      if (times > 0) seen += hook(heap.record, times)
    }
    if (seen < 0) throw new Error('unreachable')
    return (processorTime() - start) / STEPS
  }
}

export function cost(): Section {
  const rows: string[][] = []
  const targets: Target[] = []
  for (const [mode, most] of [
    ['frozen', MOST_FROZEN],
    ['learning', MOST_LEARNING],
  ] as const) {
    const heap = Heap.create({
      bytes: 2 ** 29,
      threads: 2,
      learning: mode === 'learning' ? 'canary' : 'frozen',
    })
    if (mode === 'learning') new EventReader(heap.arena, heap.record.slot).arm()
    const loop = loopOf(heap, HOOKS[mode])
    for (let k = 0; k < 4; k++) loop(k % 2 === 0 ? 0 : AMPLIFIED)
    const rounds = Array.from({ length: ROUNDS }, () => {
      const plain = loop(0)
      return { plain, share: (loop(AMPLIFIED) - plain) / AMPLIFIED / plain }
    })
    heap.detach()
    const operation = estimate([rounds.map(({ plain }) => plain)])
    const share = estimate([rounds.map(({ share }) => share)])
    const percent = (part: number) => `${(part * 100).toFixed(2)} %`
    const measured = `${percent(share.median)} (${percent(share.low)} to ${percent(share.high)})`
    rows.push([mode, operation.median.toFixed(0), measured])
    const state = share.high <= most ? 'met' : share.low > most ? 'missed' : 'open'
    targets.push({
      what: `cost on the large path, ${mode}`,
      measured,
      wanted: `at most ${percent(most)}`,
      state,
    })
  }
  return {
    title: 'Cost',
    tables: [{ head: ['64 KiB to 1 MiB', 'ns per operation', 'for learning'], rows }],
    targets,
  }
}
