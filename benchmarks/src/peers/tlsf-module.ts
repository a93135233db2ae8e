/** AssemblyScript's allocator behind a lock, `assembly/tlsf.ts`, compiled by its `asc` to a WebAssembly module. */

import { fileURLToPath } from 'node:url'
import { type Built, build } from './built.ts'

const SOURCE = fileURLToPath(new URL('../../assembly/tlsf.ts', import.meta.url))

export function buildTlsf(): Built {
  const compiler = fileURLToPath(import.meta.resolve('assemblyscript/bin/asc.js'))
  const manifest = fileURLToPath(import.meta.resolve('assemblyscript/package.json'))
  const args = [
    ...[compiler, SOURCE, '-O3', '--noAssert', '--runtime', 'minimal', '--memoryBase', '1024'],
    ...['--enable', 'threads', '--importMemory', '--sharedMemory', '--maximumMemory', '65536'],
  ]
  return build({
    name: 'tlsf',
    output: 'tlsf.wasm',
    program: process.execPath,
    args,
    inputs: [SOURCE, manifest],
  })
}
