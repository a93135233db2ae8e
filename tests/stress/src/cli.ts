/** `pnpm stress`. Exit status 0: no violation; 1: one; 2: the command line makes no sense. */

import { HELP, type Options, parseOptions, UsageError } from './options.ts'
import { type Counts, stress } from './stress.ts'

try {
  const options = parseOptions(process.argv.slice(2))
  if (options === undefined) console.log(HELP)
  else process.exitCode = await run(options)
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(error.message)
  process.exitCode = 2
}

async function run(options: Options): Promise<number> {
  const counts = await stress(options, (line) => console.log(line))
  for (const violation of counts.violations.slice(0, 20)) console.log(`VIOLATION ${violation}`)
  console.log(describe(counts))
  console.log(summary(counts))
  return counts.violations.length === 0 ? 0 : 1
}

function describe(c: Counts): string {
  return (
    `${c.inside} deaths inside an operation, ${c.halfReaped} reapers inside a record; ${c.lost} blocks in hand ` +
    `(${c.lostBytes} bytes) freed by their being suspects, ${c.unreportedBytes} bytes of them without a living reaper, ` +
    `${c.unfreed} not yet freed; ${c.full} requests on a full heap, ${c.throws} caught stack overflows; ` +
    `longest pause of a survivor ${c.pause.toFixed(1)} ms while some were killed, ${c.calmPause.toFixed(1)} ms while ` +
    `nobody was (both less waiting for a processor; with it ${c.wallPause.toFixed(1)} ms), of a thread that does ` +
    `nothing ${c.overslept.toFixed(1)} ms`
  )
}

function summary(c: Counts): string {
  return (
    `stress: ${c.violations.length} violations, ${c.operations} operations, ${c.kills} kills, ${c.reaps} reaps, ` +
    `${c.audits} audits, ${c.suspects} suspects, longest operation of a survivor ` +
    `${c.own.toFixed(1)} ms of its own time (pause ${c.pause.toFixed(1)} ms), ${c.missingBytes} bytes lost, ${c.seconds.toFixed(0)} s`
  )
}
