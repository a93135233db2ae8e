/**
 * What the knobs are worth: each setting pinned against the defaults on loads of each tier, in turn, as the ratio
 * of speed with its interval; the defaults against themselves (A/A), which must not look like a gain; and what the
 * tuner settles on when it is let loose on each load, with its speed.
 */

import { Arena, KNOBS, type Knob, layout, type Setting, settingOf, ThreadRecord } from '@hakmem/arena'
import { Heap } from '@hakmem/core'
import { knobsOf, pin, unpin } from '@hakmem/learning'
import { Leader } from '@hakmem/learning/learn'
import { estimate } from '../statistics.ts'
import { processorTime } from './processor.ts'
import { uniform } from './random.ts'
import { type Section, type Target, target } from './verdict.ts'

const KIB = 1024
const ROUNDS = 10
/** Whole waves of 4096 blocks, so that every run begins where the others do. */
const STEPS = 24 * 4096
/** Epochs of the learning run, and the milliseconds of one: the leader's clock runs so much faster. */
const EPOCHS = 240
const EPOCH_MS = 25

interface Load {
  readonly name: string
  readonly slots: number
  readonly low: number
  readonly high: number
  /** Blocks are freed by another thread than their own. */
  readonly remote: boolean
}

const LOADS: readonly Load[] = [
  { name: 'tiny, toggled', slots: 4096, low: 16, high: 1040, remote: false },
  { name: 'tiny, waves', slots: -4096, low: 16, high: 256, remote: false },
  { name: 'mid, toggled', slots: 256, low: 8 * KIB, high: 32 * KIB, remote: false },
  { name: 'large, toggled', slots: 256, low: 64 * KIB, high: 1024 * KIB + 1, remote: false },
  { name: 'tiny, freed elsewhere', slots: 4096, low: 64, high: 65, remote: true },
  { name: 'mid, freed elsewhere', slots: 256, low: 8 * KIB, high: 32 * KIB, remote: true },
]

/** Which knobs can matter to a load. */
function knobsFor({ remote, low }: Load): Knob[] {
  const knobs: Knob[] = ['refill', 'rush', 'cap']
  if (remote) knobs.push('yield')
  if (remote && low > KIB) knobs.push('bundle')
  return knobs
}

class Bench {
  readonly arena: Arena
  private readonly owner: Heap
  private readonly other: Heap
  private readonly random = uniform(7)
  private readonly held: Float64Array
  private readonly load: Load

  constructor(load: Load, learning: 'learn' | 'frozen') {
    this.arena = Arena.create({ bytes: 2 ** 29, threads: 4, learning })
    this.owner = new Heap(ThreadRecord.claim(this.arena, 1))
    this.other = new Heap(ThreadRecord.claim(this.arena, 2))
    this.load = load
    this.held = new Float64Array(Math.abs(load.slots))
    this.other.malloc(16)
  }

  /** Operations per millisecond of the processor. */
  run(steps: number): number {
    const { owner, held, random } = this
    const freer = this.load.remote ? this.other : owner
    const { low, high, slots } = this.load
    const isWave = slots < 0
    const start = processorTime()
    let at = 0
    for (let k = 0; k < steps; k++) {
      // A wave fills all slots, then empties them.
      at = isWave ? (at + 1) % held.length : Math.floor(random() * held.length)
      if (held[at] !== 0) {
        freer.free(held[at])
        held[at] = 0
      } else {
        held[at] = owner.malloc(low + Math.floor(random() * (high - low)))
      }
    }
    return (1e6 * steps) / (processorTime() - start)
  }
}

export function knobs(): Section {
  const rows: string[][] = []
  const learnedRows: string[][] = []
  const targets: Target[] = []
  for (const load of LOADS) {
    const bench = new Bench(load, 'frozen')
    bench.run(3 * STEPS)
    const same = compare(bench, {}, {})
    rows.push([load.name, 'A/A', same.text])
    targets.push(target(`A/A, ${load.name}`, same.text, 'holds 1, or is within 2 %', isEven(same)))
    for (const knob of knobsFor(load)) {
      for (const value of KNOBS[knob].slice(1)) {
        const ratio = compare(bench, { [knob]: KNOBS[knob][0] }, { [knob]: value })
        rows.push([load.name, `${knob} ${value}`, ratio.text])
      }
    }
    const setting = learn(load)
    const chosen = Object.entries(knobsOf(setting)).filter(
      ([knob, value]) => value !== KNOBS[knob as Knob][0],
    )
    const defaults = knobsOf(settingOf(0))
    if (chosen.length === 0) {
      learnedRows.push([load.name, 'the defaults', '1'])
      continue
    }
    const ratio = compare(bench, defaults, knobsOf(setting))
    const text = chosen.map(([knob, value]) => `${knob} ${value}`).join(', ')
    learnedRows.push([load.name, text, ratio.text])
    targets.push({
      what: `learned knobs, ${load.name}: ${text}`,
      measured: ratio.text,
      wanted: 'not slower',
      state: ratio.high < 1 ? 'missed' : ratio.low >= 1 ? 'met' : 'open',
    })
  }
  const tables = [
    { head: ['load', 'setting', 'speed / default'], rows },
    { head: ['load', 'learned', 'speed / default'], rows: learnedRows },
  ]
  return { title: 'Knobs', tables, targets }
}

interface Compared {
  readonly text: string
  readonly median: number
  readonly low: number
  readonly high: number
}

/** Speed of one setting over another, in turns which goes first. */
function compare(bench: Bench, base: object, setting: object): Compared {
  const run = (knobs: object) => {
    unpin(bench.arena)
    pin(bench.arena, { knobs })
    return bench.run(STEPS)
  }
  const ratios = Array.from({ length: ROUNDS }, (_, round) => {
    if (round % 2 === 0) {
      const plain = run(base)
      return run(setting) / plain
    }
    return run(setting) / run(base)
  })
  pin(bench.arena, { knobs: base })
  const { median, low, high } = estimate([ratios])
  return { text: `${median.toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)})`, median, low, high }
}

/** Of five intervals of 95 % one may well lie beside 1: then by no more than what counts as a gain. */
function isEven({ median, low, high }: Compared): boolean {
  return (low <= 1 && high >= 1) || Math.abs(median - 1) <= 0.02
}

/** What a leader settles on that watches the load. */
function learn(load: Load): Setting {
  const bench = new Bench(load, 'learn')
  ThreadRecord.claim(bench.arena, 3)
  const leader = new Leader(bench.arena, 3, () => performance.now() * (1000 / EPOCH_MS))
  for (let epochs = 0; epochs < EPOCHS; ) {
    bench.run(5000)
    if (leader.step()) epochs++
  }
  leader.resign()
  return settingOf(bench.arena.H[layout.H_POLICY])
}
