/**
 * Traces as files: a line of JSON (what it is, the command that made it, how many events), then the events as varints,
 * all of it compressed with Brotli. Sizes are kept in pages of 4 KiB, as the allocator takes them.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'
import { FREE, type Trace } from './trace.ts'

const FORMAT = 'hakmem-trace 1'
const SUFFIX = '.trace.br'
const KINDS = 3
const PAGE = 4096

/** Where the recorded traces of the repository lie. */
const FOLDER = fileURLToPath(new URL('../../traces/', import.meta.url))

interface Header {
  readonly format: string
  readonly name: string
  readonly about: string
  readonly events: number
}

export function writeTrace(file: string, trace: Trace): void {
  const { name, about, kinds, ids, sizes, sites } = trace
  const bytes: number[] = []
  const put = (value: number) => {
    let rest = value
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
    bytes.push(rest)
  }
  kinds.forEach((kind, k) => {
    put(ids[k] * KINDS + kind)
    if (kind === FREE) return
    put(Math.ceil(sizes[k] / PAGE))
    put(sites[k])
  })
  const header: Header = { format: FORMAT, name, about, events: kinds.length }
  const whole = Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), Uint8Array.from(bytes)])
  const params = { [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS }
  writeFileSync(file, brotliCompressSync(whole, { params }))
}

/** Throws an Error that names the file if it is no trace. */
export function readTrace(file: string): Trace {
  const { header, bytes } = open(file)
  const { events } = header
  const trace: Trace = {
    name: header.name,
    about: header.about,
    kinds: new Uint8Array(events),
    ids: new Uint32Array(events),
    sizes: new Uint32Array(events),
    sites: new Uint32Array(events),
  }
  let at = 0
  const take = () => {
    let value = 0
    for (let unit = 1; ; unit *= 128) {
      if (at >= bytes.length) throw new Error(`${file}: ends within an event`)
      const byte = bytes[at++]
      value += (byte & 127) * unit
      if (byte < 128) return value
    }
  }
  for (let k = 0; k < events; k++) {
    const word = take()
    trace.kinds[k] = word % KINDS
    trace.ids[k] = Math.floor(word / KINDS)
    if (trace.kinds[k] === FREE) continue
    trace.sizes[k] = take() * PAGE
    trace.sites[k] = take()
  }
  return trace
}

/** The traces of real programs that the repository has. */
export function recordedTraces(): Trace[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(SUFFIX))
    .sort()
    .map((name) => readTrace(`${FOLDER}${name}`))
}

function open(file: string): { header: Header; bytes: Uint8Array } {
  try {
    const whole = brotliDecompressSync(readFileSync(file))
    const end = whole.indexOf('\n')
    const header = JSON.parse(whole.subarray(0, end).toString()) as Header
    if (header.format !== FORMAT) throw new Error(`its format is ${header.format}, not ${FORMAT}`)
    return { header, bytes: whole.subarray(end + 1) }
  } catch (error) {
    throw new Error(`${file}: no trace (${error instanceof Error ? error.message : error})`)
  }
}
