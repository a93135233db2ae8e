// From a clean clone to a built workspace, with nothing but Node and npm: runs the pinned pnpm
// through npx, then the compiler. Imports only `node:` modules, for nothing is installed yet.

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

// npm describes itself to its scripts in these; pnpm would take them for its own settings.
const env = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) =>
      !/^npm_(lifecycle|package|command|execpath|config_(user_agent|(local_|global_)?prefix))/.test(name),
  ),
)

/** Installs what the lockfile names and compiles everything; ends the process when either fails. */
export async function bootstrap() {
  /** @type {{ packageManager: string }} */
  const { packageManager } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  await step('install', 'npx', ['--yes', packageManager, 'install', '--frozen-lockfile'])
  await step('build', process.execPath, ['node_modules/typescript/bin/tsc', '-b'])
  await step('bundle', process.execPath, ['scripts/bundle.mjs'])
}

/**
 * Runs one step quietly: a line when it ends, its output only when it fails.
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 */
async function step(name, command, args) {
  const start = performance.now()
  const { code, output } = await run(command, args)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  if (code === 0) {
    console.log(`${name}: ${seconds} s`)
    return
  }
  console.log(`${name} failed after ${seconds} s: ${command} ${args.join(' ')}\n${output.trim()}`)
  process.exit(1)
}

/**
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<{ code: number, output: string }>}
 */
function run(command, args) {
  return new Promise((resolve) => {
    // On Windows npx is a batch file, which only a shell can start.
    const child = spawn(command, args, {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && command === 'npx',
    })
    let output = ''
    const collect = (/** @type {string} */ chunk) => {
      output += chunk
    }
    child.stdout.setEncoding('utf8').on('data', collect)
    child.stderr.setEncoding('utf8').on('data', collect)
    child.on('error', (error) => resolve({ code: 1, output: `${output}${error.message}` }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

/**
 * Runs a built script with this process's own output and ends as it ends.
 * @param {string} script from the root of the workspace
 * @param {string[]} args
 */
export function hand(script, args) {
  const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
    process.on(signal, () => child.kill(signal))
  child.on('close', (code) => process.exit(code ?? 1))
}
