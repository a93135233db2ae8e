/**
 * Whether speed falls off a cliff, which optimising compilers have many of: after some rounds, with a second heap in
 * the thread, with many call sites.
 *
 *     node benchmarks/dist/cliffs.js
 *
 * Each line is a ratio of two figures of hakmem in one thread: round 20 to round 3 of the same process; two and three
 * heaps, taken in turn every 20,000 operations through the same call sites, to one that is taken in turn with itself, so
 * that V8 knows as little of the loop's heap (the fast paths are specialised for the first two heaps of a thread,
 * `specialise.ts` of `@hakmem/core`); 32 functions that call malloc and free, taken in
 * turn every 200 operations, to one. Each figure comes from a process of its own, all in turn in each round; printed
 * are medians over the rounds.
 */

import { fileURLToPath } from 'node:url'
import { Heap } from '@hakmem/core'
import { median } from 'simple-statistics'
import { compare, inTurn } from './in-turn.ts'
import { boardBytes, type Lane, openBoard, RANDOM } from './loops/board.ts'
import { apart, type Loop } from './loops/kind.ts'
import { takeNoOptions } from './no-options.ts'
import { type Workload, workloads } from './workloads.ts'

const PROCESSES = 5
const SECONDS = 0.1
const ROUNDS = 20
const EARLY = 3
const TURN = 20_000
const SITES = 32
/** Operations of one cycle of tiny-hot. */
const CYCLE = 200

/** Runs so many operations, on whichever heap and through whichever call sites come next. */
type Work = (operations: number) => number

/** What each process measures. */
const variants: Readonly<Record<string, () => Promise<number[]>>> = {
  'tiny-hot': async () => early(await loopOf('tiny-hot', 'tiny-hot', 1, 1)),
  'random-mixed': async () => early(await loopOf('random-mixed', 'toggle', 1, 1)),
  'one heap': async () => steady(await loopOf('tiny-hot', 'tiny-hot', 1, 1, 2), TURN),
  'two heaps': async () => steady(await loopOf('tiny-hot', 'tiny-hot', 2, 1), TURN),
  'three heaps': async () => steady(await loopOf('tiny-hot', 'tiny-hot', 3, 1), TURN),
  'one call site': async () => steady(await loopOf('tiny-hot', 'tiny-hot', 1, 1), CYCLE),
  '32 call sites': async () => steady(await loopOf('tiny-hot', 'tiny-hot', 1, SITES), CYCLE),
}

/** The loop of a workload: each of its `turns` calls goes to the next heap, through the next copy of the loop's module. */
async function loopOf(
  name: string,
  file: string,
  heapCount: number,
  siteCount: number,
  turns = heapCount,
): Promise<Work> {
  const { kind, shape } = workloads.find((one) => one.name === name) as Workload
  const heaps = Array.from({ length: heapCount }, () => Heap.create({ bytes: 64 * 2 ** 20, threads: 2 }))
  const board = openBoard(new SharedArrayBuffer(boardBytes(kind, shape, 1)), kind, shape, 1)
  const lane = board.lanes[0] as Lane
  lane.words[RANDOM] = 1
  const loops: Loop[][] = []
  for (let site = 0; site < siteCount; site++) {
    const { bind } = await import(`./loops/${file}.js?site=${site}`)
    loops.push(Array.from({ length: turns }, (_, k) => bind(heaps[k % heapCount], lane, shape)))
  }
  let turn = 0
  return (operations) => {
    turn++
    return apart(loops[turn % siteCount][turn % turns], operations)
  }
}

/** M operations/s of one round, with so many in a call. */
function round(work: Work, operations: number): number {
  const start = performance.now()
  let done = 0
  let now = start
  while (now - start < SECONDS * 1000) {
    done += work(operations)
    now = performance.now()
  }
  return done / (now - start) / 1e3
}

/** M operations/s in round 3 and in round 20. */
function early(work: Work): number[] {
  const rounds = Array.from({ length: ROUNDS }, () => round(work, TURN))
  return [rounds[EARLY - 1], rounds[ROUNDS - 1]]
}

/** M operations/s when it is warm. */
function steady(work: Work, operations: number): number[] {
  const rounds = Array.from({ length: ROUNDS }, () => round(work, operations))
  return [median(rounds.slice(ROUNDS / 2))]
}

const names = Object.keys(variants)
takeNoOptions(
  `Usage: node benchmarks/dist/cliffs.js

Whether round 20, a second and a third heap, or 32 call sites are slower. Some minutes. Takes no options.`,
  names,
)
const script = fileURLToPath(import.meta.url)
const figures = await inTurn(script, names, PROCESSES, (name) => variants[name]())

function print(what: string, figure: number, ratio: number, base: string, bar?: number): void {
  const wanted = bar === undefined ? '' : `, the bar is ${bar}`
  console.log(`${what}: ${figure.toFixed(0)} M ops/s (${ratio.toFixed(2)} of ${base}${wanted})`)
}

for (const name of ['tiny-hot', 'random-mixed']) {
  const rounds = figures[names.indexOf(name)]
  const ratio = median(rounds.map(([third, last]) => last / third))
  print(`${name}, round 20`, median(rounds.map(([, last]) => last)), ratio, 'round 3', 1)
}
for (const [name, base, bar] of [
  ['two heaps', 'one heap', 0.8],
  ['three heaps', 'one heap'],
  ['32 call sites', 'one call site', 0.9],
] as const) {
  const { median, ratio } = compare(figures, names.indexOf(name), 0, names.indexOf(base))
  print(name, median, ratio, base, bar)
}
