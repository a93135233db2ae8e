/**
 * What it takes to zero and to copy bytes of shared memory, by the ways that JavaScript has, in ns.
 *
 *     node benchmarks/dist/zeroing.js
 *
 * Over 1 MiB, block after block, so that the level-2 cache holds it; the least of seven rounds, taken in turn.
 */

import { Arena } from '@hakmem/arena'
import Table from 'cli-table3'
import { takeNoOptions } from './no-options.ts'

takeNoOptions(`Usage: node benchmarks/dist/zeroing.js

What zeroing and copying shared memory takes, by the ways that JavaScript has, in ns. Takes no options.`)

const MiB = 2 ** 20
const SIZES = [16, 64, 128, 256, 1024, 4096, 16_384, 65_536, 262_144]
const ROUNDS = 7
/** Bytes that a round treats. */
const BYTES = 4 * MiB
/** Where they lie, behind the metadata, and where copies come from. */
const AT = 32 * MiB
const SPAN = MiB
const FROM = 48 * MiB

const native = Arena.create({ bytes: 64 * MiB })
const { buffer } = native
const { bulk: loops, W, U8 } = Arena.open(buffer)
const U64 = new BigUint64Array(buffer)

type Way = readonly [name: string, run: (p: number, bytes: number) => void]

const ZEROING: Way[] = [
  ['as calloc does, with the memory', (p, bytes) => native.bulk.zero(p, p + bytes)],
  ['as calloc does, without', (p, bytes) => loops.zero(p, p + bytes)],
  ['a loop over an Int32Array', zeroWords],
  ['BigUint64Array.fill', (p, bytes) => void U64.fill(0n, p / 8, (p + bytes) / 8)],
  ['Uint8Array.fill', (p, bytes) => void U8.fill(0, p, p + bytes)],
  ['copyWithin from zeros', (p, bytes) => void U8.copyWithin(p, FROM, FROM + bytes)],
]
const COPYING: Way[] = [
  ['as realloc does, with the memory', (p, bytes) => native.bulk.copy(p, FROM, bytes)],
  ['as realloc does, without', (p, bytes) => loops.copy(p, FROM, bytes)],
  ['copyWithin', (p, bytes) => void U8.copyWithin(p, FROM, FROM + bytes)],
]

function zeroWords(p: number, bytes: number): void {
  for (let at = p / 4; at < (p + bytes) / 4; at++) W[at] = 0
}

/** Nanoseconds for one block. */
function time(run: Way[1], bytes: number): number {
  const blocks = Math.floor(SPAN / bytes)
  const count = Math.ceil(BYTES / bytes)
  const start = performance.now()
  for (let k = 0; k < count; k++) run(AT + (k % blocks) * bytes, bytes)
  return ((performance.now() - start) * 1e6) / count
}

for (const [title, ways] of Object.entries({ zeroing: ZEROING, copying: COPYING })) {
  const least = ways.map(() => SIZES.map(() => Number.POSITIVE_INFINITY))
  for (let round = 0; round < ROUNDS; round++) {
    SIZES.forEach((bytes, column) => {
      ways.forEach(([, run], row) => {
        least[row][column] = Math.min(least[row][column], time(run, bytes))
      })
    })
  }
  const table = new Table({ head: [`${title}, B`, ...SIZES.map(String)], style: { head: [], border: [] } })
  for (const [row, [name]] of ways.entries()) table.push([name, ...least[row].map((ns) => ns.toFixed(0))])
  console.log(table.toString())
}
