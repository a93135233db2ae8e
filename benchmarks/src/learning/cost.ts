/**
 * What learning costs the large path: 64 KiB to 1 MiB, a random one of 256 slots toggled, one thread.
 *
 * The hooks take a few nanoseconds, which no comparison of whole runs can tell from noise. So what a slow path does more
 * because of them is done AMPLIFIED times more in every operation, in turn with the plain run; the difference is
 * divided, and counts as often as an operation is a slow path at all: a frozen heap serves most from its caches, which know
 * nothing of learning. A/A is the same of two plain runs. Times are of the processor, which other programs do not lengthen.
 * `frozen` is what every heap does: a glance at the policy word, and asking whether events are wanted. `learning` is that
 * and writing the event; the leader, on its own thread, keeps to a budget of 1 % of one core.
 */

import { EventReader, FREED, layout, type ThreadRecord } from '@hakmem/arena'
import { Heap } from '@hakmem/core'
import type { Estimate } from '../figures.ts'
import { estimate } from '../statistics.ts'
import { processorTime } from './processor.ts'
import { uniform } from './random.ts'
import type { Section, Target } from './verdict.ts'

const ROUNDS = 25
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

const MODES = [
  { name: 'frozen', mode: 'frozen', most: MOST_FROZEN },
  { name: 'learning', mode: 'learn', most: MOST_LEARNING },
] as const

export function cost(): Section {
  const rows: string[][] = []
  const targets: Target[] = []
  for (const { name, mode, most } of MODES) {
    const heap = Heap.create({ bytes: 2 ** 29, threads: 2, learning: mode })
    if (mode === 'learn') new EventReader(heap.arena, heap.record.slot).arm()
    const loop = loopOf(heap, HOOKS[name])
    for (let k = 0; k < 4; k++) loop(k % 2 === 0 ? 0 : AMPLIFIED)
    const slow = slowPathsOf(mode)
    const rounds = Array.from({ length: ROUNDS }, () => {
      const [plain, same] = [loop(0), loop(0)]
      const share = (other: number) => (slow * (other - plain)) / AMPLIFIED / plain
      return { plain, same: share(same), share: share(loop(AMPLIFIED)) }
    })
    heap.detach()
    const operation = estimate([rounds.map(({ plain }) => plain)])
    const same = estimate([rounds.map(({ same }) => same)])
    const share = estimate([rounds.map(({ share }) => share)])
    rows.push([name, operation.median.toFixed(0), slow.toFixed(2), percents(same), percents(share)])
    const state = share.high <= most ? 'met' : share.low > most ? 'missed' : 'open'
    targets.push({
      what: `cost on the large path, ${name}`,
      measured: percents(share),
      wanted: `at most ${percent(most)}`,
      state,
    })
  }
  const head = ['64 KiB to 1 MiB', 'ns per operation', 'slow paths in it', 'A/A', 'for learning']
  return { title: 'Cost', tables: [{ head, rows }], targets }
}

/** How many slow paths an operation has, on average. */
function slowPathsOf(mode: 'frozen' | 'learn'): number {
  const heap = Heap.create({ bytes: 2 ** 29, threads: 2, learning: mode })
  const loop = loopOf(heap, HOOKS.frozen)
  loop(0)
  const { record } = heap
  const enter = record.enter.bind(record)
  let count = 0
  record.enter = () => {
    count++
    enter()
  }
  loop(0)
  heap.detach()
  return count / STEPS
}

const percent = (part: number) => `${(part * 100).toFixed(2)} %`
const percents = ({ median, low, high }: Estimate) =>
  `${percent(median)} (${percent(low)} to ${percent(high)})`
