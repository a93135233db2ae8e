/**
 * A module and its graph, rewritten for a schedule: `load('@hakmem/core', { parent: import.meta.url })`.
 *
 * The files on disk are the ones that ship; nothing is written. Each load makes instances of its own, so that a
 * planted bug (`patch`) stays in its load. The hooks stay registered, for modules may be imported later on.
 */

import * as nodeModule from 'node:module'
import { InterleaveError } from './errors.ts'
import type { Patch, Session } from './hooks.ts'
import * as hooks from './hooks.ts'
import type { Order } from './step.ts'

export type { Order, Patch }

export interface LoadOptions {
  /** Where `specifier` is resolved from: `import.meta.url`. */
  readonly parent: string
  /** URLs of files to rewrite, dependencies too; by default all but those in a `node_modules`. */
  readonly include?: readonly RegExp[]
  /**
   * Functions whose plain accesses are ordered steps, by the end of the file's path:
   * `{ 'ordering.js': { mark: 'release' } }`.
   */
  readonly declared?: Readonly<Record<string, Readonly<Record<string, Order>>>>
  /** Bugs to plant before rewriting. The text of each must occur exactly once in its file. */
  readonly patch?: readonly Patch[]
  /** URL of another module with the exports of `runtime.ts`, for tests of the rewriting itself. */
  readonly runtime?: string
}

const EVERYTHING = [/^(?!.*\/node_modules\/)/]

let loads = 0

/**
 * Imports the module that `specifier` names, rewritten. Its exports are generator functions where the original's are
 * functions, so call them from a scenario, or from code that was loaded the same way.
 * Throws InterleaveError, code REWRITE, for what cannot be rewritten and for patches and declarations that miss.
 */
export async function load<M = Record<string, unknown>>(specifier: string, options: LoadOptions): Promise<M> {
  const declared = Object.entries(options.declared ?? {}).map(([file, functions]) => ({ file, functions }))
  const patch = options.patch ?? []
  const session: Session = {
    id: ++loads,
    specifier,
    parent: options.parent,
    include: options.include ?? EVERYTHING,
    runtime: options.runtime ?? new URL('./runtime.js', import.meta.url).href,
    declared,
    patch: patch.map(({ file, replace, by }) => ({ file, replace, by })),
    met: new Int32Array(new SharedArrayBuffer(4 * (patch.length + declared.length))),
  }
  register(session)
  const module = await importEntry(session)
  ;[...patch, ...declared].forEach(({ file }, k) => {
    const what = k < patch.length ? 'patch' : 'declared'
    const times = session.met[k]
    if (times === 0) throw new InterleaveError('REWRITE', `${what}: ${specifier} loads no file ${file}`)
    if (what === 'patch' && times !== 1)
      throw new InterleaveError(
        'REWRITE',
        `patch: ${specifier} loads ${times} files ${file}: say which by its folder`,
      )
  })
  return module as M
}

/** Node's hooks that run in the importing thread; Node 20 has none. */
interface Registers {
  registerHooks?(given: Pick<typeof hooks, 'resolve' | 'load'>): unknown
}

function register(session: Session): void {
  const { registerHooks } = nodeModule as Registers
  if (registerHooks === undefined) {
    // In its own thread each load registers the same module again, which is how it learns of the load.
    nodeModule.register(new URL('./hooks.js', import.meta.url), { data: session })
    return
  }
  if (session.id === 1) registerHooks({ resolve: hooks.resolve, load: hooks.load })
  hooks.initialize(session)
}

async function importEntry({ id }: Session): Promise<unknown> {
  try {
    return await import(`${hooks.ENTRY}${id}`)
  } catch (error) {
    // From the hooks thread errors come as copies without their class.
    if (
      error instanceof Error &&
      !(error instanceof InterleaveError) &&
      'code' in error &&
      error.code === 'REWRITE'
    )
      throw new InterleaveError('REWRITE', error.message, { cause: error })
    throw error
  }
}
