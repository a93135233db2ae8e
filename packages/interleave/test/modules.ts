// Modules made of text, as they are and rewritten for the stub runtime.

import { type RewriteOptions, rewrite } from '../dist/rewrite/rewrite.js'
import { drain, sites } from './stub.runtime.ts'

const STUB = new URL('./stub.runtime.js', import.meta.url).href

export type Module = Record<string, (...args: unknown[]) => unknown>

export const rewritten = (source: string, options: Partial<RewriteOptions> = {}) =>
  rewrite(source, { file: 'made-up.js', runtime: STUB, ...options })

/** Every import of a text is a module of its own. */
let imported = 0

export const importText = async (source: string): Promise<Module> =>
  (await import(`data:text/javascript,${encodeURIComponent(`${source}\n//${++imported}`)}`)) as Module

/** What a call of an export does, as far as its caller can tell: result or error, and what it logged. */
export function outcome(module: Module, name = 'run'): unknown[] {
  const logged: unknown[] = []
  let end: unknown
  try {
    end = ['returned', shown(drain(module[name]?.(logInto(logged))))]
  } catch (error) {
    end = thrown(error)
  }
  return [end, logged]
}

/** The same of an async function: what its promise comes to. */
export async function asyncOutcome(module: Module): Promise<unknown[]> {
  const logged: unknown[] = []
  let end: unknown
  try {
    end = ['returned', shown(await drain(module.run?.(logInto(logged))))]
  } catch (error) {
    end = thrown(error)
  }
  return [end, logged]
}

const logInto = (logged: unknown[]) => (value: unknown) => {
  logged.push(shown(value))
  return value
}

function thrown(error: unknown): unknown[] {
  // V8 words its own errors by the text that failed, which is another one here.
  const isOwn = error instanceof Error && error.message.startsWith('own')
  return ['threw', error instanceof Error ? error.constructor.name : error, isOwn ? error.message : '']
}

/** Steps of a call, by their sites. */
export function stepsOf(module: Module, name = 'run'): string[] {
  sites.length = 0
  outcome(module, name)
  return sites.splice(0)
}

function shown(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return `function of ${value.length}`
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as number[], shown)
  if (Array.isArray(value)) return value.map(shown)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Reflect.ownKeys(value).map((k) => [k, shown((value as never)[k])]))
  return Object.is(value, -0) ? '-0' : value
}
