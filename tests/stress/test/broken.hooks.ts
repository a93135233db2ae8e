// Node's module hooks: one line of the shipped code is replaced, so that the stress run has something to find. The packages
// are loaded module by module (`--conditions=module`), not bundled.

import type { InitializeHook, LoadHook } from 'node:module'

/** The file, what it says, and what it says instead. */
const MUTANTS: Readonly<Record<string, readonly [file: string, from: string, to: string]>> = {
  'a reaper leaves extents behind': ['arena/dist/reap.js', 'extents.orphanAll(true)', '0'],
  'a reaper names no suspects': ['arena/dist/reap.js', 'suspects.set(', 'void ('],
  'a remote free does nothing': ['core/dist/specialise.js', 'markRemote(states, i)', 'void i'],
}

let mutant: readonly [file: string, from: string, to: string] | undefined

export const initialize: InitializeHook<string> = (name) => {
  mutant = MUTANTS[name]
  if (mutant === undefined) throw new Error(`no mutant is called '${name}'`)
}

export const load: LoadHook = async (url, context, next) => {
  const loaded = await next(url, context)
  if (mutant === undefined || !url.endsWith(mutant[0])) return loaded
  const [file, from, to] = mutant
  const source = Buffer.from(loaded.source as Uint8Array).toString()
  if (!source.includes(from)) throw new Error(`${file} does not say '${from}' any more`)
  return { ...loaded, source: source.replace(from, to) }
}
