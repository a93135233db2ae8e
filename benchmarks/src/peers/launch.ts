/** How the process of a contender is started, and how to tell that it is what it claims to be. */

import { fileURLToPath } from 'node:url'
import type { Missing } from './built.ts'
import { buildWasmTwin } from './emscripten.ts'
import { findLibrary, type Keep } from './libraries.ts'
import { buildTwin, checkSettings, settingsOf } from './native.ts'
import type { Peer } from './peers.ts'
import { buildTlsf } from './tlsf-module.ts'

export interface Launch {
  readonly command: [program: string, args: string[]]
  readonly env: NodeJS.ProcessEnv
}

const HOST = fileURLToPath(new URL('../contender/host.js', import.meta.url))

/** What starts a contender, built first if it has to be, or why it cannot take part. */
export function launchOf(peer: Peer): Launch | Missing {
  const { execPath, env } = process
  const library = peer.library ?? peer.name
  if (peer.kind === 'emscripten') {
    const built = buildWasmTwin(library)
    return 'missing' in built ? built : { command: [execPath, [built.file]], env }
  }
  if (peer.kind === 'script') {
    const built = peer.name === 'as-tlsf' ? buildTlsf() : undefined
    return built !== undefined && 'missing' in built ? built : { command: [execPath, [HOST, peer.name]], env }
  }
  const built = buildTwin(library)
  if ('missing' in built) return built
  return { command: [built.file, []], env: settingsOf(keepOf(peer)) }
}

/** Throws if a contender is to keep its memory and does not say that it does. */
export function refuseIfUnset(peer: Peer, { command }: Launch): void {
  const keep = keepOf(peer)
  if (keep !== undefined) checkSettings(command[0], keep)
}

/** Whether `from`, what `malloc` was resolved to as the program says, belongs to the contender. */
export function isMallocOf(peer: Peer, from: string): boolean {
  const name = peer.library ?? peer.name
  if (peer.kind === 'emscripten') return from === name
  const library = findLibrary(name)
  return peer.kind === 'native' && 'file' in library && library.file.test(from)
}

/** What makes a contender keep its memory; undefined if it is as its authors set it. */
export function keepOf(peer: Peer): Keep | undefined {
  const library = findLibrary(peer.library ?? peer.name)
  return peer.keeps && 'keep' in library ? library.keep : undefined
}
