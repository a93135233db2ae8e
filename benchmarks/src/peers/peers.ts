/** The contenders, and how each is started. */

import type { Workload } from '../workloads.ts'
import type { ScriptPeer } from './allocator.ts'

export interface Peer {
  readonly name: string
  readonly about: string
  /** In JavaScript; the C twin, native; the same in WebAssembly. */
  readonly kind: 'script' | 'native' | 'emscripten'
  /** What the twin is linked to: a name that `findLibrary` knows, or one of emscripten's allocators. */
  readonly library?: string
  /** Told to give no memory back, as hakmem does not: of a native pair, this is the one that counts. */
  readonly keeps?: boolean
  /** Whether another thread can be told of a block: a separate buffer has no offset to pass. */
  readonly passesBlocks: boolean
  /** Whether a thread of its has a cache and cannot give it up before it ends. */
  readonly staysAttached?: boolean
  /** Live blocks beyond which it needs minutes, not seconds, to come to a steady state. */
  readonly mostBlocks?: number
  /** Seconds of warm-up: V8 needs a second until its code is what it will be, native code only warm caches. */
  readonly warmUp: number
}

export const SUBJECT = 'hakmem'

export const peers: readonly Peer[] = [
  { name: SUBJECT, about: '@hakmem/core', kind: 'script', passesBlocks: true, warmUp: 1 },
  ...nativePair('mimalloc', 'Microsoft mimalloc'),
  ...nativePair('mimalloc-static', 'mimalloc from MIMALLOC_SRC, static and with LTO'),
  ...nativePair('jemalloc', 'jemalloc'),
  ...nativePair('tcmalloc', 'gperftools tcmalloc'),
  ...nativePair('libc', "the C library's malloc").map((peer) => ({ ...peer, staysAttached: true })),
  inWasm('dlmalloc'),
  inWasm('emmalloc'),
  inWasm('mimalloc'),
  {
    name: 'as-tlsf',
    about: "AssemblyScript's TLSF in shared wasm memory behind a lock",
    kind: 'script',
    passesBlocks: true,
    warmUp: 0.5,
  },
  {
    name: 'thi.ng',
    about: '@thi.ng/malloc behind a lock',
    kind: 'script',
    passesBlocks: true,
    mostBlocks: 4096,
    warmUp: 0.5,
  },
  { name: 'sab', about: 'new SharedArrayBuffer(n)', kind: 'script', passesBlocks: false, warmUp: 0.5 },
]

/** An allocator as its authors set it, and told to keep its memory. */
function nativePair(library: string, about: string): Peer[] {
  const peer: Peer = { name: library, about, kind: 'native', library, passesBlocks: true, warmUp: 0.2 }
  return [peer, { ...peer, name: `${library}-keep`, about: `${about}, giving no memory back`, keeps: true }]
}

function inWasm(library: string): Peer {
  const about = `emscripten's ${library}, with pthreads`
  return { name: `em-${library}`, about, kind: 'emscripten', library, passesBlocks: true, warmUp: 0.5 }
}

/** Why a contender does not take part in a workload; undefined if it does. */
export function leftOut(peer: Peer, workload: Workload): string | undefined {
  if (!peer.passesBlocks && workload.kind.passesBlocks)
    return 'its blocks have no offset that another thread could be told'
  if (!peer.passesBlocks && workload.kind.fillsBlocks)
    return 'its blocks are buffers of their own, and only the first bytes of each are within reach'
  if (peer.staysAttached && workload.kind.aboutFreshThreads)
    return 'its threads cannot give up what they cache before they end'
  if (peer.mostBlocks !== undefined && workload.kind.live(workload.shape, 1).blocks > peer.mostBlocks)
    return `with more than ${peer.mostBlocks} blocks it would take minutes to come to a steady state`
  return undefined
}

/** Loads one contender and none of the others: what is not loaded cannot make a call site polymorphic. */
export async function loadScriptPeer(name: string): Promise<ScriptPeer> {
  switch (name) {
    case SUBJECT:
      return (await import('./hakmem.ts')).peer
    case 'as-tlsf':
      return (await import('./tlsf.ts')).peer
    case 'thi.ng':
      return (await import('./thing.ts')).peer
    case 'sab':
      return (await import('./sab.ts')).peer
    default:
      throw new Error(`no contender in JavaScript is called '${name}'`)
  }
}
