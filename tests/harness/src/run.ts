// The command behind `npm test`: runs every test file, or those named by `--only PART` (repeatable). Exit status 1: one
// failed; 2: the command line makes no sense.

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { commandLine } from './command-line.ts'
import { killAll, runAll } from './runner.ts'

const values = commandLine(
  `Usage: npm test -- [--only PART]...

Runs every test file, or those with PART in their path, such as core, sync/ or full.test. Prints a line for each, and what
failed at the end.`,
  { only: { type: 'string', multiple: true, default: [] } },
)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    killAll()
    process.exit(1)
  })
}

const root = fileURLToPath(new URL('../../..', import.meta.url))
// Packages are loaded as bundles, which tsc alone leaves as they were.
execFileSync(process.execPath, [join(root, 'scripts/bundle.mjs')], { stdio: 'inherit' })
const ok = await runAll({ root, only: values.only, write: (line) => console.log(line) })
process.exitCode = ok ? 0 : 1
