/**
 * What a C program brings along to WebAssembly: the same `native/twin.c`, compiled by emscripten with pthreads and one of
 * its allocators. Threads are workers on one shared memory; the whole workload runs in WebAssembly, so nothing is lost
 * on calls between the languages. Left out where there is no `emcc`, or its version lacks the allocator.
 */

import { spawnSync } from 'node:child_process'
import { type Built, build } from './built.ts'
import { FLAGS, SOURCES, TWIN } from './native.ts'

/** The largest below 2 GiB. Never grows: only what is touched counts. */
const MEMORY_BYTES = 2 ** 31 - 2 ** 16

const SETTINGS = [
  `-sINITIAL_MEMORY=${MEMORY_BYTES}`,
  '-sPROXY_TO_PTHREAD',
  '-sPTHREAD_POOL_SIZE=8',
  '-sEXIT_RUNTIME',
  // Standard input as it comes, and /proc.
  '-sNODERAWFS',
  // The glue of older versions would fetch the code from a file, which newer Nodes refuse.
  '-sSINGLE_FILE',
]

/** Debian keeps the JavaScript that emcc needs where only its own Node looks. */
const env = { NODE_PATH: [process.env.NODE_PATH, '/usr/share/nodejs'].filter(Boolean).join(':') }

/** The twin with emscripten's allocator of this name, as a script for Node, or why there is none. */
export function buildWasmTwin(allocator: string): Built {
  const emcc = 'emcc'
  if (spawnSync(emcc, ['--version']).status !== 0) return { missing: 'no emscripten found (emcc)' }
  const args = [...FLAGS, ...SETTINGS, `-sMALLOC=${allocator}`, TWIN]
  return build({
    name: `twin-em-${allocator}`,
    output: 'twin.js',
    program: emcc,
    args,
    inputs: [SOURCES],
    env,
  })
}
