/**
 * AssemblyScript's TLSF in shared WebAssembly memory: one instance in each thread, all behind one lock, which
 * `assembly/tlsf.ts` takes inside WebAssembly.
 */

import { readFileSync } from 'node:fs'
import type { Allocator, ScriptPeer } from './allocator.ts'
import { buildTlsf } from './tlsf-module.ts'
import { packageVersion } from './version.ts'

/** What is used of WebAssembly here; its types are the browsers' (lib.dom), which Node's do not repeat. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Memory {
    readonly buffer: SharedArrayBuffer
    constructor(size: { initial: number; maximum: number; shared: true })
  }
  class Instance {
    readonly exports: object
    constructor(module: Module, imports: object)
  }
}

const WASM_PAGE = 65_536

interface Handle {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  /** Where the allocator's state is; each instance has to be told. */
  readonly root: number
}

interface Exports extends Pick<Allocator, 'malloc' | 'calloc' | 'realloc' | 'free'> {
  readonly root: { value: number }
}

class SharedTlsf implements Allocator {
  readonly U8: Uint8Array
  readonly U16: Uint16Array
  readonly U32: Uint32Array
  readonly F64: Float64Array
  readonly malloc: Allocator['malloc']
  readonly calloc: Allocator['calloc']
  readonly realloc: Allocator['realloc']
  readonly free: Allocator['free']

  constructor(memory: WebAssembly.Memory, { malloc, calloc, realloc, free }: Exports) {
    this.U8 = new Uint8Array(memory.buffer)
    this.U16 = new Uint16Array(memory.buffer)
    this.U32 = new Uint32Array(memory.buffer)
    this.F64 = new Float64Array(memory.buffer)
    this.malloc = malloc
    this.calloc = calloc
    this.realloc = realloc
    this.free = free
  }

  park(): void {}

  detach(): void {}
}

function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Exports {
  const abort = () => {
    throw new Error('the allocator refused')
  }
  return new WebAssembly.Instance(module, { env: { memory, abort } }).exports as Exports
}

export const peer: ScriptPeer = {
  version: packageVersion('assemblyscript'),
  create(bytes) {
    const built = buildTlsf()
    if ('missing' in built) throw new Error(built.missing)
    const module = new WebAssembly.Module(readFileSync(built.file))
    const pages = Math.ceil(bytes / WASM_PAGE)
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
    const exports = instantiate(module, memory)
    // The first block sets the allocator up.
    exports.free(exports.malloc(1))
    const handle: Handle = { module, memory, root: exports.root.value }
    return { allocator: new SharedTlsf(memory, exports), handle }
  },
  attach(handle) {
    const { module, memory, root } = handle as Handle
    const exports = instantiate(module, memory)
    exports.root.value = root
    return new SharedTlsf(memory, exports)
  },
}
