/**
 * The arena: one SharedArrayBuffer with a checked header, and the views through which everything reads it.
 *
 * All allocator state is in the buffer; objects like this one are views that any thread may build and drop.
 */

import { HeapError, HeapFormatError, InvalidArgumentError, InvalidSizeError } from './errors.ts'
import {
  FLAG_COUNTERS,
  type Geometry,
  geometry,
  H_CHECK,
  H_FLAGS,
  H_ID,
  H_MAGIC,
  H_PAGES,
  H_THREADS,
  H_VERSION,
  MAGIC,
  MAX_BYTES,
  MIN_BYTES,
  MIN_BYTES_PER_THREAD,
  PAGE,
  RESERVED,
  roundBytes,
  VERSION,
} from './layout.ts'

export interface ArenaOptions {
  /** Size in bytes, 1 MiB to 4 GiB, metadata included; rounded up to whole extents. Memory is used when touched. */
  readonly bytes?: number
  /** Threads that may be attached at once; each needs at least 512 KiB of `bytes`. Default 16, fewer if small. */
  readonly threads?: number
  /** Count every malloc and free, at a price; the slow paths are always counted. */
  readonly counters?: boolean
}

const DEFAULT_BYTES = 256 * 2 ** 20
const DEFAULT_THREADS = 16
const MAX_THREADS = 1024

export class Arena {
  readonly buffer: SharedArrayBuffer
  readonly geometry: Geometry
  /** The whole buffer, by 4 bytes and by byte. */
  readonly W: Int32Array
  readonly U8: Uint8Array
  /** The state map: a byte per 16 bytes of heap. */
  readonly S: Uint8Array
  /** The flags: a byte per page. */
  readonly F: Uint8Array
  /** Tells this heap from others, in any thread. */
  readonly id: string

  private constructor(buffer: SharedArrayBuffer, g: Geometry) {
    this.buffer = buffer
    this.geometry = g
    this.W = new Int32Array(buffer, 0, g.bytes / 4)
    this.U8 = new Uint8Array(buffer, 0, g.bytes)
    this.S = new Uint8Array(buffer, g.stateMap, g.bytes / 16)
    this.F = new Uint8Array(buffer, g.flagMap, g.pages)
    this.id = `${this.W[H_ID] >>> 0}-${this.W[H_ID + 1] >>> 0}`
  }

  /** A new, empty arena. Throws InvalidSizeError for options out of range, HeapError if the system has no room. */
  static create(options: ArenaOptions = {}): Arena {
    if (typeof options !== 'object' || options === null) {
      throw new InvalidArgumentError('create', 'the options', options, 'an object')
    }
    const asked = options.bytes ?? DEFAULT_BYTES
    whole('bytes', asked, MIN_BYTES, MAX_BYTES)
    const bytes = roundBytes(asked)
    const room = Math.min(MAX_THREADS, Math.floor(bytes / MIN_BYTES_PER_THREAD))
    const threads = options.threads ?? Math.min(DEFAULT_THREADS, room)
    whole('threads', threads, 1, room, ` (512 KiB for each in ${bytes} bytes)`)

    const g = geometry(bytes, threads, options.counters === true ? FLAG_COUNTERS : 0)
    const W = new Int32Array(newBuffer(bytes))
    W[H_MAGIC] = MAGIC
    W[H_VERSION] = VERSION
    W[H_PAGES] = g.pages
    W[H_THREADS] = threads
    W[H_FLAGS] = g.flags
    const random = new Uint32Array(2)
    for (let k = 0; k < 2; k++) random[k] = Math.random() * 2 ** 32
    W.set(random, H_ID)
    W[H_CHECK] = checkOf(W)
    W.fill(RESERVED, g.table, g.table + g.firstExtent)
    return new Arena(W.buffer as SharedArrayBuffer, g)
  }

  /** Views on an arena that exists. Throws HeapFormatError, one sentence per cause, and reads nothing else then. */
  static open(buffer: unknown): Arena {
    if (!isShared(buffer)) {
      throw new HeapFormatError(
        'A heap lives in a SharedArrayBuffer (or a handle with one as `buffer`); got neither.',
      )
    }
    const shared = buffer
    const bytes = shared.byteLength
    if (bytes < MIN_BYTES) {
      throw new HeapFormatError(`The buffer has ${bytes} bytes; the smallest heap has ${MIN_BYTES}.`)
    }
    const W = new Int32Array(shared, 0, PAGE / 4)
    if (W[H_MAGIC] !== MAGIC)
      throw new HeapFormatError('The buffer does not start like a heap (wrong magic number).')
    if (W[H_VERSION] !== VERSION) {
      const age = W[H_VERSION] >>> 0 > VERSION ? 'a newer' : 'another'
      throw new HeapFormatError(
        `The heap has the layout of ${age} version (${W[H_VERSION] >>> 0}); this library knows ${VERSION}.`,
      )
    }
    if (W[H_CHECK] !== checkOf(W)) {
      throw new HeapFormatError('The header of the heap is damaged (its check word does not match).')
    }
    if (W[H_PAGES] * PAGE !== bytes) {
      throw new HeapFormatError(`The heap has ${W[H_PAGES] * PAGE} bytes, but the buffer has ${bytes}.`)
    }
    const threads = W[H_THREADS]
    if (roundBytes(bytes) !== bytes || threads < 1 || threads > bytes / MIN_BYTES_PER_THREAD) {
      throw new HeapFormatError(`The header describes no heap (${bytes} bytes, ${threads} threads).`)
    }
    return new Arena(shared, geometry(bytes, threads, W[H_FLAGS]))
  }
}

/** Whether two views are of one buffer, which JavaScript does not say: `word` is one that only this thread writes. */
export function isSameMemory(one: Int32Array, other: Int32Array, word: number): boolean {
  for (let turn = 0; turn < 2; turn++) {
    one[word] ^= 1
    if (one[word] !== other[word]) return false
  }
  return true
}

function whole(what: string, value: number, low: number, high: number, why = ''): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new InvalidSizeError('create', what, value, `a whole number from ${low} to ${high}${why}`)
  }
}

/** Asks the value itself, by a getter that throws for anything else: neither a tag nor a prototype can lie to it. */
function isShared(value: unknown): value is SharedArrayBuffer {
  try {
    Object.getOwnPropertyDescriptor(SharedArrayBuffer.prototype, 'byteLength')?.get?.call(value)
    return true
  } catch {
    return false
  }
}

function newBuffer(bytes: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(bytes)
  } catch (cause) {
    const error = new HeapError(
      'ERR_HAKMEM_OUT_OF_MEMORY',
      `The system gave no SharedArrayBuffer of ${bytes} bytes.`,
    )
    error.cause = cause
    throw error
  }
}

/** FNV-1a over the header's words from the magic number on. */
function checkOf(W: Int32Array): number {
  let hash = 0x811c9dc5
  for (let at = H_MAGIC; at < H_CHECK; at++) hash = Math.imul(hash ^ W[at], 0x01000193)
  return hash
}
