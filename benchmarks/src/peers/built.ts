/**
 * What is compiled on the spot is kept in `.native/`, in folders named for a hash of everything that went into them, so
 * an edit of a source builds anew, and two runs at once do not disturb each other.
 */

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Missing {
  /** Why there is none, in one line. */
  readonly missing: string
}

export type Built = { readonly file: string } | Missing

interface Recipe {
  /** What the folder is called, before the hash. */
  readonly name: string
  /** The file in it. */
  readonly output: string
  readonly program: string
  /** Arguments but for those that say where the result goes. */
  readonly args: readonly string[]
  /** Files and folders that go into it, besides what the arguments name. */
  readonly inputs: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const FOLDER = fileURLToPath(new URL('../../.native/', import.meta.url))

/** The file that a recipe makes, made if it is not there. */
export function build({ name, output, program, args, inputs, env }: Recipe): Built {
  const hash = createHash('sha256').update(JSON.stringify([program, args]))
  try {
    for (const input of inputs) digest(input, (part) => hash.update(part))
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) }
  }
  const folder = `${FOLDER}${name}-${hash.digest('hex').slice(0, 16)}`
  const file = join(folder, output)
  if (existsSync(file)) return { file }
  const unfinished = `${folder}.${process.pid}`
  mkdirSync(unfinished, { recursive: true })
  // emscripten's scripts are no modules; this package's are.
  writeFileSync(join(FOLDER, 'package.json'), '{ "type": "commonjs" }')
  try {
    const all = [...args, '-o', join(unfinished, output)]
    execFileSync(program, all, { env: { ...process.env, ...env }, stdio: 'pipe' })
    renameSync(unfinished, folder)
  } catch (error) {
    rmSync(unfinished, { recursive: true })
    // Another run may have been faster: then its folder is there and stays.
    return existsSync(file) ? { file } : { missing: firstComplaint(error) }
  }
  return { file }
}

/** Names and contents of all files at a path. */
function digest(path: string, add: (part: string | Buffer) => void): void {
  if (!statSync(path).isDirectory()) {
    add(path)
    add(readFileSync(path))
    return
  }
  for (const name of readdirSync(path).sort()) digest(join(path, name), add)
}

function firstComplaint(error: unknown): string {
  const text =
    error instanceof Error && 'stderr' in error && error.stderr ? String(error.stderr) : String(error)
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const telling = lines.find((line) => /\berror\b|cannot find|^\w*Exception:/i.test(line))
  return (telling ?? lines[0] ?? 'the compiler failed').trim()
}
