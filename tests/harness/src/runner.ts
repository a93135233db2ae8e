// Finds the test files of the workspace and runs each compiled one in a process of its own, so
// that a crash, a hang or an early exit costs one file and is always counted as a failure.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseCounts, parseNotTested, withoutCounts } from './report.ts'

export interface TestFile {
  /** The source, from the root of the workspace. */
  name: string
  /** The compiled file. */
  path: string
  /** Whether nothing else may run meanwhile: it measures time. */
  alone: boolean
}

export interface FileResult {
  name: string
  passed: number
  failed: number
  seconds: number
  /** Why the file has failed; undefined when it passed. */
  problem: string | undefined
  output: string
}

export interface RunOptions {
  /** The root of the workspace. */
  root: string
  /** Run the files with one of these in their names; all when empty. */
  only: readonly string[]
  write: (line: string) => void
}

/** A whole file's time: what a test that blocks its thread, and so its own timeout, is ended by. */
const FILE_TIMEOUT = 180_000
const PARALLEL = 2
/** How much of a file's output is kept: enough for any failure, too little to fill the memory. */
const OUTPUT = 500_000

/** Runs the chosen files, writes what happened, and tells whether all is well. */
export async function runAll({ root, only, write }: RunOptions): Promise<boolean> {
  const files = findTests(root).filter(
    ({ name }) => only.length === 0 || only.some((part) => name.includes(part)),
  )
  const width = Math.max(0, ...files.map(({ name }) => name.length))
  const results: FileResult[] = []
  const run = async (file: TestFile) => {
    const result = await runFile(file)
    results.push(result)
    const counts = `${result.passed}/${result.passed + result.failed}`.padStart(7)
    const end = result.problem === undefined ? '' : `  ${result.problem}`
    const mark = result.problem === undefined ? 'ok  ' : 'FAIL'
    write(`${mark}  ${result.name.padEnd(width)} ${counts} ${result.seconds.toFixed(1).padStart(6)} s${end}`)
    for (const what of parseNotTested(result.output)) write(`      not tested: ${what}`)
  }

  const queue = files.filter(({ alone }) => !alone)
  const lane = async () => {
    for (let file = queue.shift(); file; file = queue.shift()) await run(file)
  }
  await Promise.all(Array.from({ length: PARALLEL }, lane))
  for (const file of files.filter(({ alone }) => alone)) await run(file)

  const bad = results.filter(({ problem }) => problem !== undefined)
  for (const { name, problem, output } of bad)
    write(`\n--- ${name}: ${problem}\n${withoutCounts(output).trim()}`)
  if (files.length === 0) {
    const parts = only.map((part) => `'${part}'`).join(' or ')
    write(parts === '' ? 'no test file found' : `no test file has ${parts} in its path`)
  }

  const sum = (key: 'passed' | 'failed') => results.reduce((total, result) => total + result[key], 0)
  write(`\n${sum('passed')} passed, ${sum('failed')} failed`)
  return files.length > 0 && bad.length === 0
}

/** Each folder that holds test sources, and the folder its project compiles them into. */
function testFolders(root: string): [source: string, compiled: string][] {
  const packages = existsSync(join(root, 'packages')) ? readdirSync(join(root, 'packages')).sort() : []
  return [
    ...packages.map((name): [string, string] => [`packages/${name}/test`, `packages/${name}/dist-test`]),
    ['benchmarks/test', 'benchmarks/dist-test'],
    ['examples', 'examples/dist'],
    ['tests', 'tests/dist-test'],
  ]
}

export function findTests(root: string): TestFile[] {
  const found: TestFile[] = []
  for (const [source, compiled] of testFolders(root)) {
    for (const path of sourcesIn(join(root, source))) {
      const inFolder = relative(join(root, source), path)
      found.push({
        name: join(source, inFolder),
        path: join(root, compiled, inFolder.replace(/\.ts$/, '.js')),
        alone: path.endsWith('.alone.test.ts'),
      })
    }
  }
  return found
}

function sourcesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory())
        return /^(dist|dist-test|node_modules)$/.test(entry.name) ? [] : sourcesIn(path)
      return entry.name.endsWith('.test.ts') ? [path] : []
    })
}

/** Runs one compiled file to its end, or for `timeout` milliseconds. */
export async function runFile(file: TestFile, timeout = FILE_TIMEOUT): Promise<FileResult> {
  const start = performance.now()
  const ended = existsSync(file.path)
    ? await runProcess(file.path, timeout)
    : { output: '', exit: 'it is not compiled (has its folder a tsconfig.json in the root one?)' }

  const counts = parseCounts(ended.output)
  const passed = counts?.passed ?? 0
  const missing = (counts?.registered ?? 0) - passed
  let problem: string | undefined
  if (counts === undefined) problem = ended.exit ?? 'it ended without its counts'
  else if (counts.registered === 0) problem = 'it has no tests'
  else if (missing > 0) problem = `${missing} failed or did not run`
  else if (counts.brokenHooks > 0) problem = 'a hook failed'
  else problem = ended.exit

  return {
    name: file.name,
    passed,
    failed: problem === undefined ? 0 : Math.max(1, missing),
    seconds: (performance.now() - start) / 1000,
    problem,
    output: ended.output,
  }
}

interface Ended {
  output: string
  /** How it ended, unless with exit code 0. */
  exit: string | undefined
}

const running = new Set<ChildProcess>()

function runProcess(path: string, timeout: number): Promise<Ended> {
  return new Promise((resolve) => {
    // A process group of its own, so that what it started in turn can be ended with it.
    const child = spawn(process.execPath, ['--enable-source-maps', path], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.add(child)
    let output = ''
    const collect = (chunk: string) => {
      output = (output + chunk).slice(-OUTPUT)
    }
    child.stdout.setEncoding('utf8').on('data', collect)
    child.stderr.setEncoding('utf8').on('data', collect)

    let late = false
    const timer = setTimeout(() => {
      late = true
      killGroup(child)
    }, timeout)

    let exit: string | undefined
    child.on('error', (error) => {
      exit = error.message
    })
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      if (late) exit = `ended after ${timeout / 1000} s`
      else if (signal) exit = `ended by ${signal}`
      else if (code !== 0) exit = `exit code ${code}`
      // Whatever it left behind would hold its output open.
      killGroup(child)
    })
    child.on('close', () => {
      running.delete(child)
      resolve({ output, exit })
    })
  })
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // The group is gone already.
  }
}

/** Ends every file that still runs: they are in other process groups and hear no Ctrl-C. */
export function killAll(): void {
  for (const child of running) killGroup(child)
}
