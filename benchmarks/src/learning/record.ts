/**
 * Records the large blocks of any program that takes its memory from glibc:
 *
 *     node benchmarks/dist/learning/record.js FILE.trace.br NAME -- COMMAND ARGUMENTS...
 *
 * The shim is compiled on the spot with `cc`. Of the processes that the command starts, the one with the most events is
 * kept. `pnpm bench:learning --trace FILE` plays it.
 */

import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readdirSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeTrace } from './codec.ts'
import { type Trace, TraceWriter } from './trace.ts'

const SHIM = fileURLToPath(new URL('../../native/record.c', import.meta.url))
const EVENT_BYTES = 32

/** Compiles the shim into `folder`. Throws with what the compiler said. */
function compileShim(folder: string): string {
  const shim = join(folder, 'record.so')
  const { status, stderr, error } = spawnSync(
    'cc',
    ['-O2', '-shared', '-fPIC', '-o', shim, SHIM, '-lpthread'],
    {
      encoding: 'utf8',
    },
  )
  if (status !== 0) throw new Error(`the shim could not be compiled with cc: ${error?.message ?? stderr}`)
  return shim
}

/** Runs the command under the shim and returns what its busiest process did. Throws if that is nothing. */
export function recordTrace(name: string, command: readonly string[]): Trace {
  const folder = mkdtempSync(join(tmpdir(), 'hakmem-record-'))
  try {
    const shim = compileShim(folder)
    const env = { ...process.env, LD_PRELOAD: shim, HAKMEM_RECORD: join(folder, 'log') }
    const { status, signal, error } = spawnSync(command[0], command.slice(1), {
      env,
      stdio: ['inherit', 'ignore', 'inherit'],
    })
    if (error) throw error
    if (status !== 0) throw new Error(`the command ended with ${signal ?? `status ${status}`}`)
    const logs = readdirSync(folder)
      .filter((file) => file.startsWith('log.'))
      .map((file) => readLog(join(folder, file)))
    const [most] = logs.sort((a, b) => b.length - a.length)
    if (most === undefined || most.length === 0) {
      throw new Error('the command took no block of 64 KiB or more from malloc')
    }
    return toTrace(most, name, command.join(' '))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Events as four words each: old, new, size, site. */
function readLog(file: string): BigUint64Array {
  const handle = openSync(file, 'r')
  try {
    const head = Buffer.alloc(EVENT_BYTES)
    readSync(handle, head, 0, EVENT_BYTES, 0)
    const bytes = Number(head.readBigUInt64LE()) * EVENT_BYTES
    const events = new BigUint64Array(bytes / 8)
    const got = readSync(handle, new Uint8Array(events.buffer), 0, bytes, EVENT_BYTES)
    return events.subarray(0, Math.floor(got / EVENT_BYTES) * 4)
  } finally {
    closeSync(handle)
  }
}

function toTrace(events: BigUint64Array, name: string, command: string): Trace {
  const writer = new TraceWriter()
  const blocks = new Map<bigint, number>()
  const sites = new Map<bigint, number>()
  for (let k = 0; k < events.length; k += 4) {
    const [old, block, size, caller] = events.subarray(k, k + 4)
    const id = blocks.get(old)
    blocks.delete(old)
    // A free that was noted late: the address is another block's by now.
    const stale = blocks.get(block)
    if (stale !== undefined) writer.free(stale)
    if (block === 0n) {
      if (id !== undefined) writer.free(id)
    } else if (id !== undefined) {
      writer.realloc(id, Number(size))
      blocks.set(block, id)
    } else {
      const site = sites.get(caller) ?? sites.size + 1
      sites.set(caller, site)
      blocks.set(block, writer.malloc(Number(size), site))
    }
  }
  return writer.finish(name, command)
}

const [file, name, dashes, ...command] = process.argv.slice(2)
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (file === undefined || name === undefined || dashes !== '--' || command.length === 0) {
    console.error('usage: node benchmarks/dist/learning/record.js FILE.trace.br NAME -- COMMAND ARGUMENTS...')
    process.exitCode = 2
  } else {
    const trace = recordTrace(name, command)
    writeTrace(file, trace)
    console.log(`${file}: ${trace.kinds.length} events`)
  }
}
