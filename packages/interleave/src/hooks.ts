/**
 * Node's module hooks: modules of a load are resolved as ever, then given a query of their own and rewritten.
 *
 * A load has a number; the query `?interleave=<n>` in a URL says that the module is of that load, and every file that
 * such a module imports and that the load includes gets it too. So a rewritten instance of a package lives beside the
 * plain one, and beside those of other loads.
 *
 * Two ways to run, one text: in the same thread (`module.registerHooks`, Node 22.15 and later), or in Node's hooks
 * thread (`module.register`), where loads arrive through `initialize`. Hence everything here is synchronous where
 * Node lets it be, and what a load has to report goes through shared memory.
 */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { InterleaveError } from './errors.ts'
import { rewrite } from './rewrite/rewrite.ts'
import type { Order } from './step.ts'

export interface Patch {
  /** The end of the file's path, such as "slabs.js". */
  readonly file: string
  /** Occurs exactly once in the file. */
  readonly replace: string
  readonly by: string
}

/** What the hooks know of a load. */
export interface Session {
  readonly id: number
  readonly specifier: string
  readonly parent: string
  readonly include: readonly RegExp[]
  readonly runtime: string
  readonly declared: readonly { readonly file: string; readonly functions: Readonly<Record<string, Order>> }[]
  readonly patch: readonly Patch[]
  /** How often each patch, then each declaration, met a file. Written where the hooks run, read by `load`. */
  readonly met: Int32Array
}

/** What an entry is imported as, for its own specifier would be resolved from here. */
export const ENTRY = 'interleave:'

const QUERY = 'interleave'

/** The folder of this package's own modules: there is one instance of them, which the rewritten code talks to. */
const OWN = new URL('./', import.meta.url).href

const sessions = new Map<number, Session>()

/** Makes a load known; called by Node in its hooks thread. */
export function initialize(session: Session): void {
  sessions.set(session.id, session)
}

interface ResolveContext {
  parentURL?: string | undefined
  conditions?: readonly string[] | undefined
}
interface Resolved {
  url: string
  format?: string | null | undefined
  shortCircuit?: boolean | undefined
}
interface Loaded {
  format: string | null | undefined
  source?: unknown
  shortCircuit?: boolean | undefined
}
/** What Node passes: synchronous in its own thread, a promise in the hooks thread. */
type Maybe<T> = T | Promise<T>

export function resolve<R extends Maybe<Resolved>>(
  specifier: string,
  context: ResolveContext,
  next: (specifier: string, context?: ResolveContext) => R,
): R {
  if (specifier.startsWith(ENTRY)) {
    const session = sessions.get(Number(specifier.slice(ENTRY.length)))
    // Of another instance of this module: hooks form a chain.
    if (session === undefined) return next(specifier, context)
    // Marked, for Node remembers what it resolved from there, whatever the conditions were.
    const fromParent = { ...byModules(context), parentURL: marked(session.parent, session) }
    return after(next(session.specifier, fromParent), (resolved) => {
      const entry = mark(resolved, session)
      if (sessionOf(entry.url) === undefined) {
        throw new InterleaveError('REWRITE', `load: no pattern of include matches ${resolved.url}`)
      }
      return entry
    })
  }
  const session = sessionOf(context.parentURL)
  if (session === undefined) return next(specifier, context)
  return after(next(specifier, byModules(context)), (resolved) => mark(resolved, session))
}

export function load<L extends Maybe<Loaded>>(
  url: string,
  context: { format?: string | null | undefined },
  next: (url: string, context?: { format?: string | null | undefined }) => L,
): L {
  const session = sessionOf(url)
  if (session === undefined) return next(url, context)
  const path = fileURLToPath(withoutQuery(url))
  if (context.format != null && context.format !== 'module') {
    throw new InterleaveError(
      'REWRITE',
      `${path}: only ES modules are rewritten, and this is ${context.format}`,
    )
  }
  const source = rewriteFile(session, path.replaceAll('\\', '/'), readFileSync(path, 'utf8'))
  return { format: 'module', source, shortCircuit: true } as L
}

// Implementation

function rewriteFile(session: Session, path: string, source: string): string {
  let text = source
  session.patch.forEach(({ file, replace, by }, k) => {
    if (!isFile(path, file)) return
    session.met[k] = (session.met[k] ?? 0) + 1
    const found = text.split(replace).length - 1
    if (replace === '' || found !== 1) {
      throw new InterleaveError(
        'REWRITE',
        `patch of ${file}: ${JSON.stringify(replace)} occurs ${found} times, not once`,
      )
    }
    // Not as a pattern: `$&` in a replacement stands for itself.
    text = text.replace(replace, () => by)
  })
  const declared: Record<string, Order> = {}
  session.declared.forEach(({ file, functions }, k) => {
    if (!isFile(path, file)) return
    session.met[session.patch.length + k] = 1
    Object.assign(declared, functions)
  })
  return rewrite(text, { file: path.slice(path.lastIndexOf('/') + 1), runtime: session.runtime, declared })
}

/** Whether `path` ends in the names of `file`. */
function isFile(path: string, file: string): boolean {
  return path === file || path.endsWith(`/${file}`)
}

/** With the condition of `exports` that bundlers have too: a package that ships bundled gives them its single modules. */
function byModules(context: ResolveContext): ResolveContext {
  return { ...context, conditions: [...(context.conditions ?? []), 'module'] }
}

function mark(resolved: Resolved, session: Session): Resolved {
  if (sessionOf(resolved.url) !== undefined || !includes(session, resolved.url)) return resolved
  return { ...resolved, url: marked(resolved.url, session) }
}

function marked(url: string, { id }: Session): string {
  const own = new URL(url)
  own.searchParams.set(QUERY, String(id))
  return own.href
}

function includes({ include, runtime }: Session, url: string): boolean {
  if (!url.startsWith('file:') || url.startsWith(OWN) || url === runtime) return false
  return include.some((pattern) => {
    pattern.lastIndex = 0
    return pattern.test(url)
  })
}

function sessionOf(url: string | undefined): Session | undefined {
  if (url === undefined || !url.startsWith('file:') || !url.includes('?')) return undefined
  const id = new URL(url).searchParams.get(QUERY)
  return id === null ? undefined : sessions.get(Number(id))
}

function withoutQuery(url: string): string {
  const plain = new URL(url)
  plain.search = ''
  return plain.href
}

function after<R extends Maybe<Resolved>>(value: R, then: (resolved: Resolved) => Resolved): R {
  return (value instanceof Promise ? value.then(then) : then(value as Resolved)) as R
}
