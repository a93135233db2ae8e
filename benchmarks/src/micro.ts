/**
 * `pnpm bench:micro`: what each path of the allocator costs in one thread, in nanoseconds a call, measured by mitata,
 * and whether what is promised of single acts is kept. For orientation: how allocators compare is for the workloads,
 * where memory is used, crosses threads and ages.
 *
 * Exit code 1 means that a benchmark did not take the path that it is named for.
 */

import { Heap } from '@hakmem/core'
import { bench, do_not_optimize, group, run, summary } from 'mitata'
import colours from 'picocolors'
import { pathsOf } from './micro/paths.ts'
import { acts } from './micro/promises.ts'
import { ATTACH } from './micro/threads.ts'
import { time } from './micro/timing.ts'
import { takeNoOptions } from './no-options.ts'
import { formatNanoseconds } from './report/format.ts'

takeNoOptions(`Usage: pnpm bench:micro

What each path of the allocator costs in one thread, in nanoseconds a call, and whether what is promised of single acts is
kept. Takes no options.`)

const { groups, counts } = pathsOf()
for (const [name, paths] of Object.entries(groups)) {
  group(name, () => {
    for (const path of paths)
      bench(
        path.name,
        timedBy(() => time(path, counts)),
      )
  })
}

const heap = Heap.create({ bytes: 64 * 2 ** 20, threads: 2 })

group('touching a block of 64 B', () => {
  const p = heap.malloc(64)
  bench('a word through the view of the heap', () => {
    heap.U32[p >>> 2] += 1
  })
  bench('a view made for it', () => do_not_optimize(heap.bytes(p, 64)))
})

summary(() => {
  group('64 B, and what JavaScript has', () => {
    bench('heap.malloc and free', () => heap.free(heap.malloc(64))).baseline()
    bench('new Uint8Array', () => do_not_optimize(new Uint8Array(64)))
    bench('new SharedArrayBuffer', () => do_not_optimize(new SharedArrayBuffer(64)))
  })
})

const { benchmarks } = await run({ colors: colours.isColorSupported })
const runs = benchmarks.flatMap(({ runs }) => runs)
if (runs.some(({ error }) => error !== undefined)) process.exitCode = 1

console.log('\nSingle acts')
const attach = runs.find(({ name }) => name === ATTACH)?.stats?.p50 ?? Number.NaN
for (const { what, nanoseconds, most } of await acts(attach)) {
  const figure = `  ${what.padEnd(36)}  ${formatNanoseconds(nanoseconds).padStart(6)}`
  if (most === undefined) console.log(figure)
  else console.log(`${figure}  at most ${formatNanoseconds(most)}: ${verdict(nanoseconds <= most)}`)
}

function verdict(kept: boolean): string {
  return kept ? colours.green('kept') : colours.red('missed')
}

/** A benchmark that takes its own time, without a look at V8's heap: mitata knows them, its types do not. */
function timedBy(manual: () => number): () => Generator<() => number, void, undefined> {
  return function* () {
    yield { manual, heap: false } as unknown as () => number
  }
}
