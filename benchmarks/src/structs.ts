/**
 * `pnpm bench:structs`: what `@hakmem/structs` costs against offsets by hand, and against the other libraries that keep
 * records in buffers: reading and writing fields, going over a million records, making and freeing one. And how many structs
 * a second go from thread to thread, against `postMessage`.
 */

import { fileURLToPath } from 'node:url'
import CliTable from 'cli-table3'
import colours from 'picocolors'
import { compare, inTurn } from './in-turn.ts'
import { takeNoOptions } from './no-options.ts'
import { Pair } from './passing/pair.ts'
import { BASELINE } from './passing/ways.ts'
import { formatFigure, formatRatio } from './report/format.ts'
import { lines, plainTable } from './report/plain-table.ts'
import { contenders } from './structs/contenders.ts'

const ROUNDS = 5
const WARM_UP = 0.2
/** Two threads that pass structs are as fast as they get after 0.3 s. */
const WARM_UP_MOVED = 0.5
const SECONDS = 0.2
/** Records of a pass: so many that a pass fits the cache, and that no loop is optimised while it runs. */
const FEW = 1000
const MANY = 1_000_000
const BATCH = 1000
/** The ways of `pnpm bench:passing` in which messages of structs are moved here: the first is what others are compared with. */
const MOVED = [BASELINE, 'structs, queue', 'row, queue']

const names = [...Object.keys(contenders), ...MOVED]
takeNoOptions(
  `Usage: pnpm bench:structs

What @hakmem/structs costs against offsets by hand and against other libraries: fields, a million records, making and
freeing; and how many structs a second go from thread to thread. About a minute and a half; takes no options.`,
  names,
)
if (process.argv.length === 2)
  console.log(`${names.length} contenders, ${ROUNDS} rounds: about a minute and a half`)
const figures = await inTurn(fileURLToPath(import.meta.url), names, ROUNDS, measure)

const columns = ['access', `iterate ${MANY / 1e6} M`, 'make + free']
const table = new CliTable({
  ...plainTable(['left', 'right', 'right', 'right', 'left']),
  head: ['ns a record', ...columns, ''],
})
for (const [k, [name, { about, make }]] of Object.entries(contenders).entries()) {
  const cells = columns.map((_, column) => {
    if (column === 2 && make === undefined) return '-'
    const { median, ratio } = compare(figures, k, column)
    return k === 0 ? formatFigure(median) : `${formatFigure(median)}  ${formatRatio(ratio)} x`
  })
  table.push([name, ...cells, about])
}
console.log(lines(table).join('\n'))
console.log(
  "access: two fields read and one written, 1000 records. 'x': against offsets in the same round.\n",
)

const structs = names.indexOf('structs')
const [posted, blocks, rows] = MOVED.map((name) => names.indexOf(name))
const moved = (way: number) => compare(figures, way, 0, posted)
const targets: [what: string, value: number, isKept: boolean, rule: string][] = [
  atMost('field access', compare(figures, structs, 0).ratio, 1.3, 'x of offsets by hand'),
  atMost('going over a million structs', compare(figures, structs, 1).ratio, 1.3, 'x of offsets by hand'),
  atMost('make + free of 48 B', compare(figures, structs, 2).ratio, 2.5, 'x of malloc + free'),
  atLeast(`moving structs, ${BATCH} a message in a row`, moved(rows).ratio, 20, 'x of postMessage'),
  atLeast(`the same, a block for each`, moved(blocks).ratio, 20, 'x of postMessage'),
]
for (const [what, value, isKept, rule] of targets) {
  const verdict = isKept ? colours.green('reached') : colours.red('missed')
  console.log(`${what}: ${formatRatio(value)}, is to be ${rule}: ${verdict}`)
}
const [inRows, inBlocks] = [rows, blocks].map((way) => formatFigure(moved(way).median))
console.log(`(${inRows} and ${inBlocks} M structs/s from thread to thread)`)
console.log(`Medians of ${ROUNDS} rounds of ${SECONDS} s. Node ${process.versions.node}`)

type Target = [what: string, value: number, isKept: boolean, rule: string]

function atMost(what: string, value: number, bound: number, unit: string): Target {
  return [what, value, value <= bound, `at most ${bound} ${unit}`]
}

function atLeast(what: string, value: number, bound: number, unit: string): Target {
  return [what, value, value >= bound, `at least ${bound} ${unit}`]
}

/** Nanoseconds a record for each column; for what moves structs, M structs/s. */
async function measure(name: string): Promise<number[]> {
  if (MOVED.includes(name)) {
    await using pair = new Pair(name)
    await pair.throughput(BATCH, WARM_UP_MOVED)
    return [(await pair.throughput(BATCH, SECONDS)) / 1e6]
  }
  const contender = contenders[name]
  const many = contender.most ?? MANY
  return [
    nanoseconds(contender.access(FEW), FEW),
    nanoseconds(piecewise(contender.iterate(many), many), many),
    contender.make === undefined ? Number.NaN : nanoseconds(contender.make(FEW), FEW),
  ]
}

/** One pass over `count` records, FEW at a time: a loop that is entered once is never optimised as one that is called. */
function piecewise(iterate: (from: number, to: number) => number, count: number): () => number {
  return () => {
    let sum = 0
    for (let from = 0; from < count; from += FEW) sum += iterate(from, from + FEW)
    return sum
  }
}

/** What a pass takes per record, once it is as fast as it gets. */
function nanoseconds(pass: () => number, count: number): number {
  run(pass, WARM_UP)
  return (run(pass, SECONDS) / count) * 1e6
}

/** Runs passes for so many seconds; milliseconds of one, on average. */
function run(pass: () => number, seconds: number): number {
  const start = performance.now()
  let passes = 0
  let sum = 0
  do {
    sum += pass()
    passes++
  } while (performance.now() - start < seconds * 1000)
  if (Number.isNaN(sum)) throw new Error('a pass gave no number')
  return (performance.now() - start) / passes
}
