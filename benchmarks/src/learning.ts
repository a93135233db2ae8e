/**
 * `pnpm bench:learning`: what learning is worth, what it costs, and whether it does what it says.
 *
 * Exit code 0: no target was missed; 1: one was; 2: the command line makes no sense. A target whose interval
 * contains the bound is open, which is neither.
 */

import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { actuators } from './learning/actuators.ts'
import { readTrace } from './learning/codec.ts'
import { cost } from './learning/cost.ts'
import { knobs } from './learning/knobs.ts'
import { page } from './learning/page.ts'
import { placement } from './learning/placement.ts'
import { regret } from './learning/regret.ts'
import { shards } from './learning/shards.ts'
import { lines, type Section } from './learning/verdict.ts'
import { describeMachine } from './run/machine.ts'
import { UsageError } from './usage-error.ts'

/** First what is timed in nanoseconds: behind the other sections V8's code is of many heaps, and three times as slow. */
const SECTIONS: Readonly<Record<string, () => Section>> = {
  cost,
  knobs,
  placement: () => placement(),
  regret,
  actuators,
  shards,
}

const HELP = `Usage: pnpm bench:learning [options]

Plays traces of large blocks under every placement strategy and with learning, tests the bandits, the knobs and the
cost, and says which targets were met.

  --only A,B      some of the sections: ${Object.keys(SECTIONS).join(', ')}
  --trace FILE    placement on a trace of your own instead, recorded with
                  node benchmarks/dist/learning/record.js FILE.trace.br NAME -- COMMAND ARGUMENTS...
  --html FILE     also write a report to a file
  --help          this text`

try {
  process.exitCode = run(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(error.message)
  process.exitCode = 2
}

function run(args: readonly string[]): number {
  const { help, only, trace, html } = parse(args)
  if (help) {
    console.log(HELP)
    return 0
  }
  const sections = chosen(only, trace).map((make) => {
    const section = make()
    console.log(`\n${section.title}\n`)
    for (const table of section.tables) console.log(`${lines(table).join('\n')}\n`)
    for (const { what, measured, wanted, state } of section.targets) {
      console.log(`  ${state.padEnd(6)}  ${what}: ${measured} (${wanted})`)
    }
    return section
  })
  const { cpu, cores, os, node } = describeMachine({})
  const machine = `${cpu}, ${cores} cores, ${os}, Node ${node}`
  if (html !== undefined) {
    writeFileSync(html, page(sections, machine, ['pnpm bench:learning', ...args].join(' ')))
  }
  const targets = sections.flatMap((section) => section.targets)
  const count = (state: string) => targets.filter((target) => target.state === state).length
  console.log(`\n${machine}`)
  console.log(`${count('met')} targets met, ${count('open')} open, ${count('missed')} missed`)
  return count('missed') === 0 ? 0 : 1
}

function chosen(only: string | undefined, trace: string | undefined): (() => Section)[] {
  if (trace !== undefined) {
    if (only !== undefined) throw new UsageError('--trace and --only exclude each other')
    return [() => placement(traceIn(trace))]
  }
  return (only?.split(',') ?? Object.keys(SECTIONS)).map((name) => {
    if (!Object.hasOwn(SECTIONS, name)) {
      throw new UsageError(`no section is called '${name}'; there are ${Object.keys(SECTIONS).join(', ')}`)
    }
    return SECTIONS[name]
  })
}

function traceIn(file: string) {
  try {
    return readTrace(file)
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        trace: { type: 'string' },
        html: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new UsageError(`${message.split(/[.\n]/)[0]} (see --help)`)
  }
}
