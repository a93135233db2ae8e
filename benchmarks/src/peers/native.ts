/**
 * The native contenders: `native/twin.c`, compiled on the spot and linked to each allocator that is installed.
 *
 * Whether one is installed is found out by linking. Programs are kept in `.native/`, named for a hash of the
 * sources and the compiler's arguments, so an edit of the twin compiles anew. The program says which library its
 * `malloc` came from, and the runner checks it: a benchmark of the wrong allocator has happened to others.
 */

import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

interface Library {
  /** What to link, in order of preference; each try is a list of arguments. */
  readonly tries: readonly (readonly string[])[]
  /** What the file that `malloc` comes from is called. */
  readonly file: RegExp
}

const libraries: Readonly<Record<string, Library>> = {
  mimalloc: { tries: [['-lmimalloc'], ['-l:libmimalloc.so.2']], file: /mimalloc/ },
  jemalloc: { tries: [['-ljemalloc'], ['-l:libjemalloc.so.2']], file: /jemalloc/ },
  tcmalloc: {
    tries: [['-ltcmalloc'], ['-ltcmalloc_minimal'], ['-l:libtcmalloc_minimal.so.4']],
    file: /tcmalloc/,
  },
  libc: { tries: [[]], file: /libc[.-]|libSystem|musl|libsystem_malloc/ },
}

const SOURCES = fileURLToPath(new URL('../../native/', import.meta.url))
const FOLDER = fileURLToPath(new URL('../../.native/', import.meta.url))
const FLAGS = ['-O3', '-std=gnu11', '-fno-builtin-malloc', '-fno-builtin-free', '-pthread']

export type Built = { readonly program: string } | { readonly missing: string }

/** The program of a native contender, or why there is none. */
export async function buildTwin(name: string): Promise<Built> {
  const compiler = findCompiler()
  if (compiler === undefined)
    return { missing: 'no C compiler found (cc, gcc, clang, or the one named by CC)' }
  const library = libraries[name]
  if (library === undefined) return { missing: `nothing is known about linking ${name}` }
  let complaint = ''
  for (const link of library.tries) {
    const built = await compile(compiler, name, link)
    if ('program' in built) return built
    complaint ||= built.missing
  }
  return { missing: complaint }
}

/** Whether the file that `malloc` was resolved to belongs to the contender of this name. */
export function isLibraryOf(name: string, file: string): boolean {
  return libraries[name]?.file.test(file) ?? false
}

let compiler: string | undefined

/** The first C compiler that answers. */
export function findCompiler(): string | undefined {
  const candidates = process.env.CC ? [process.env.CC] : ['cc', 'gcc', 'clang']
  compiler ??= candidates.find((name) => spawnSync(name, ['--version']).status === 0)
  return compiler
}

async function compile(compiler: string, name: string, link: readonly string[]): Promise<Built> {
  const hash = createHash('sha256')
  for (const file of readdirSync(SOURCES).sort()) hash.update(readFileSync(`${SOURCES}${file}`))
  hash.update(JSON.stringify([compiler, FLAGS, link]))
  const program = `${FOLDER}twin-${name}-${hash.digest('hex').slice(0, 16)}`
  if (existsSync(program)) return { program }
  mkdirSync(FOLDER, { recursive: true })
  const unfinished = `${program}.${process.pid}`
  try {
    const args = [...FLAGS, `${SOURCES}twin.c`, '-o', unfinished, ...link, '-lm', '-ldl']
    await promisify(execFile)(compiler, args)
  } catch (error) {
    return { missing: firstComplaint(error) }
  }
  renameSync(unfinished, program)
  return { program }
}

function firstComplaint(error: unknown): string {
  const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return (lines.find((line) => /error|cannot find/.test(line)) ?? lines[0] ?? 'the compiler failed').trim()
}
