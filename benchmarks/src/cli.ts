/**
 * `pnpm bench`: measures what was asked for, cell by cell, and prints a table after each.
 *
 * Exit code 0: all contenders that are installed ran; 1: one failed, a file could not be written, or a ratio is
 * below `--fail-below`; 2: the command line makes no sense.
 */

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import colours from 'picocolors'
import { shortfalls } from './gate.ts'
import { HELP, type Options, parseOptions } from './options.ts'
import { formatChanges } from './report/changes.ts'
import { placeName } from './report/format.ts'
import { formatList } from './report/list.ts'
import { Progress } from './report/progress.ts'
import { formatSummary } from './report/summary.ts'
import { formatCell } from './report/table.ts'
import { measure } from './run/run.ts'
import { UsageError } from './usage-error.ts'

/** Contenders load the packages as users do, bundled, and tsc alone leaves bundles as they were. */
const BUNDLE = fileURLToPath(new URL('../../scripts/bundle.mjs', import.meta.url))

try {
  const args = process.argv.slice(2)
  const options = parseOptions(args)
  if (options.action === 'help') console.log(HELP)
  else if (options.action === 'list') console.log(formatList())
  else process.exitCode = await run(options, ['pnpm bench', ...args.map(quoted)].join(' '))
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(error.message)
  process.exitCode = 2
}

async function run(options: Options, command: string): Promise<number> {
  execFileSync(process.execPath, [BUNDLE], { stdio: 'inherit' })
  const coloured = colours.isColorSupported
  const report = await measure(
    options,
    command,
    (planned) => new Progress(process.stdout, planned),
    (line) => console.log(line),
    (cell, done) => console.log(`\n${formatCell(cell, done, coloured)}\n`),
  )
  console.log(formatSummary(report, coloured))
  if (options.baseline !== undefined) console.log(`\n${formatChanges(options.baseline, report, coloured)}`)

  const written = [
    await write(options.json, () => `${JSON.stringify(report, null, 2)}\n`),
    await write(options.html, async () => (await import('./report/html/page.ts')).page(report)),
  ]
  for (const failure of report.failures)
    console.error(`\n${failure.peer} failed in ${placeName(failure)}: ${failure.error}`)
  const below = options.failBelow === undefined ? [] : shortfalls(report.ratios, options.failBelow)
  for (const line of below) console.error(line)
  return report.failures.length === 0 && below.length === 0 && !written.includes(false) ? 0 : 1
}

/** Writes a file if one was asked for; false if that fails. */
async function write(file: string | undefined, text: () => string | Promise<string>): Promise<boolean> {
  if (file === undefined) return true
  const content = await text()
  try {
    writeFileSync(file, content)
    return true
  } catch (error) {
    console.error(`'${file}' could not be written: ${error instanceof Error ? error.message : error}`)
    return false
  }
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w./:,=+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
