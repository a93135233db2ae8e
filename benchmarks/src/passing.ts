/**
 * `pnpm bench:passing`: structs of 48 bytes from thread to thread, in messages of 1 to 1000, in each of the ways that
 * there are: how many a second, and how long a round trip takes. Each way has processes of its own, which run in turn.
 */

import { fileURLToPath } from 'node:url'
import CliTable from 'cli-table3'
import colours from 'picocolors'
import { quantileSorted } from 'simple-statistics'
import { compare, inTurn } from './in-turn.ts'
import { takeNoOptions } from './no-options.ts'
import { Pair } from './passing/pair.ts'
import { BASELINE, ways } from './passing/ways.ts'
import { formatFigure, formatNanoseconds, formatRatio } from './report/format.ts'
import { lines, plainTable } from './report/plain-table.ts'

const ROUNDS = 5
const SIZES = [1, 10, 100, 1000]
const SECONDS = 0.25
const WARM_UP = 0.25
/** Figures per size of message: see `measure`. */
const COLUMNS = 3
/** How many times as fast as `postMessage` structs are to be, in the largest messages. */
const TARGET = 50
const TARGETS = ['structs, queue', 'row, queue']

const names = Object.keys(ways)
takeNoOptions(
  `Usage: pnpm bench:passing

Structs of 48 bytes from thread to thread, in each of the ways that there are: how many a second, and how long a round
trip takes. About a minute and a half; takes no options.`,
  names,
)
if (process.argv.length === 2)
  console.log(`${names.length} ways, ${ROUNDS} rounds: about a minute and a half`)
const figures = await inTurn(fileURLToPath(import.meta.url), names, ROUNDS, measure)

console.log(`\nM structs/s of 48 B in messages of so many, and how many times ${BASELINE} that is`)
print((way, size) => {
  const { median, ratio } = compare(figures, way, COLUMNS * size)
  return way === 0 ? formatFigure(median) : `${formatFigure(median)}  ${formatRatio(ratio)} x`
})
console.log('\nRound trip, p50 / p99')
print((way, size) =>
  [1, 2]
    .map((column) => formatNanoseconds(compare(figures, way, COLUMNS * size + column).median))
    .join(' / '),
)
const largest = SIZES.length - 1
console.log(`\nStructs are to be ${TARGET} times ${BASELINE} with ${SIZES[largest]} a message:`)
for (const way of TARGETS) {
  const { ratio } = compare(figures, names.indexOf(way), COLUMNS * largest)
  const verdict = ratio >= TARGET ? colours.green('reached') : colours.red('missed')
  console.log(`${way}: ${formatRatio(ratio)} x, ${verdict}`)
}
console.log(`Medians of ${ROUNDS} rounds of ${SECONDS} s. Node ${process.versions.node}`)

/** A line per way, a column per size of message. */
function print(cell: (way: number, size: number) => string): void {
  const table = new CliTable({
    ...plainTable(['left', 'left', ...SIZES.map(() => 'right' as const)]),
    head: ['', '', ...SIZES.map(String)],
  })
  for (const [k, name] of names.entries())
    table.push([name, ways[name].about, ...SIZES.map((_, size) => cell(k, size))])
  console.log(lines(table).join('\n'))
}

/** Per size of message: M structs/s, and two percentiles of a round trip in nanoseconds. */
async function measure(way: string): Promise<number[]> {
  await using pair = new Pair(way)
  const found: number[] = []
  for (const size of SIZES) {
    await pair.throughput(size, WARM_UP)
    found.push((await pair.throughput(size, SECONDS)) / 1e6)
    await pair.roundTrips(size, WARM_UP)
    const trips = await pair.roundTrips(size, SECONDS)
    for (const part of [0.5, 0.99]) found.push(quantileSorted(trips, part) * 1e6)
  }
  return found
}
