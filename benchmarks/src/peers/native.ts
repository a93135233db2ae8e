/**
 * The native contenders: `native/twin.c`, compiled on the spot and linked to each allocator that is installed, which is
 * found out by linking.
 */

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Built, build } from './built.ts'
import { findLibrary, type Keep } from './libraries.ts'

/** The twin's folder: all in it goes into each program. */
export const SOURCES = fileURLToPath(new URL('../../native/', import.meta.url))
export const TWIN = `${SOURCES}twin.c`
/** For every compiler: a call of malloc stays a call of malloc. */
export const FLAGS = ['-O3', '-std=gnu11', '-fno-builtin-malloc', '-fno-builtin-free', '-pthread']

/** What sets an allocator, and must not come from the shell that the benchmark runs in. */
const SETTINGS = /^(MIMALLOC_|MALLOC_|TCMALLOC_|GLIBC_TUNABLES$|LD_PRELOAD$)/

/** The twin linked to a library, or why there is none. */
export function buildTwin(library: string): Built {
  const compiler = findCompiler()
  if (compiler === undefined)
    return { missing: 'no C compiler found (cc, gcc, clang, or the one named by CC)' }
  const known = findLibrary(library)
  if ('missing' in known) return known
  let complaint = ''
  for (const link of known.tries) {
    const args = [...FLAGS, TWIN, ...link, '-lm', '-ldl']
    const inputs = [SOURCES, ...(known.inputs ?? [])]
    const built = build({ name: `twin-${library}`, output: 'twin', program: compiler, args, inputs })
    if ('file' in built) return built
    complaint ||= built.missing
  }
  return { missing: complaint }
}

/** The environment of a native contender: this one's, with its settings as its authors chose them, or `keep`'s. */
export function settingsOf(keep: Keep | undefined): NodeJS.ProcessEnv {
  const rest = Object.entries(process.env).filter(([name]) => !SETTINGS.test(name))
  return { ...Object.fromEntries(rest), ...keep?.env }
}

/** Throws if a program that is told to keep its memory does not say that it does. */
export function checkSettings(program: string, keep: Keep): void {
  const env = { ...settingsOf(keep), MIMALLOC_VERBOSE: '1' }
  const { stdout, stderr } = spawnSync(program, ['--settings'], { env, encoding: 'utf8' })
  if (keep.proof.test(stdout + stderr)) return
  const asked = Object.entries(keep.env).map(([name, value]) => `${name}=${value}`)
  throw new Error(`${asked.join(' ')} has no effect that could be read back (${keep.proof.source})`)
}

let compiler: string | undefined

/** The first C compiler that answers. */
function findCompiler(): string | undefined {
  const candidates = process.env.CC ? [process.env.CC] : ['cc', 'gcc', 'clang']
  compiler ??= candidates.find((name) => spawnSync(name, ['--version']).status === 0)
  return compiler
}
