/**
 * The arena: one SharedArrayBuffer with a checked header, and the views through which everything reads it.
 *
 * All allocator state is in the buffer; objects like this one are views that any thread may build and drop.
 */

import { shown } from '@hakmem/sync'
import { Bulk, newMemory, type SharedMemory } from './bulk.ts'
import { HeapError, HeapFormatError, InvalidArgumentError, InvalidSizeError } from './errors.ts'
import {
  BASE_ALIGNMENT,
  extentShiftOf,
  FLAG_COUNTERS,
  FLAG_MEMORY,
  FLAG_TYPES,
  flagsOf,
  type Geometry,
  geometry,
  H_CHECK,
  H_FLAGS,
  H_ID,
  H_MAGIC,
  H_PAGES,
  H_THREADS,
  H_VERSION,
  LIST_WORDS,
  MAGIC,
  MAX_BYTES,
  MIN_BYTES,
  MIN_BYTES_PER_THREAD,
  MODES,
  type Mode,
  modeOf,
  PAGE,
  RESERVED,
  roundBytes,
  VERSION,
  voidOf,
} from './layout.ts'

export interface ArenaOptions {
  /** Size in bytes, 1 MiB to 4 GiB, metadata included; rounded up to whole extents. Memory is used when touched. */
  readonly bytes?: number
  /** Threads that may be attached at once; each needs at least 512 KiB of `bytes`. Default 16, fewer if small. */
  readonly threads?: number
  /** Count every malloc and free, at a price; the slow paths are always counted. */
  readonly counters?: boolean
  /** Debugging: `@hakmem/structs` notes in each block which type it holds and which thread made it. */
  readonly types?: boolean
  /** A shared `WebAssembly.Memory` to make the heap in; pointers are addresses in it. `bytes` is the rest of it then. */
  readonly memory?: SharedMemory
  /**
   * Where in `memory` the heap begins, a multiple of 1 MiB behind all that the module uses; the 8 bytes at address 0 must
   * be and stay 0. The tables cover the part before too: 7 % of `byteOffset` are the price of that. Default 0.
   */
  readonly byteOffset?: number
  /**
   * How blocks of 64 KiB and more are placed and the knobs of all sizes are set. `frozen` (unless told): by the
   * defaults, or what was pinned or imported. `learn`: by what a leader learns from all threads. `canary`: by what it
   * learns from a twentieth of them, at least one, the only ones that pay for it and that try anything. `off`: by the
   * defaults, and nothing can change that.
   */
  readonly learning?: Mode
}

const OPTIONS = ['bytes', 'threads', 'counters', 'types', 'memory', 'byteOffset', 'learning']

const DEFAULT_BYTES = 256 * 2 ** 20
const DEFAULT_THREADS = 16
const MAX_THREADS = 1024

/** The arena last opened in each buffer: views and geometry of one that is attached to again and again are made once. */
const opened = new WeakMap<SharedArrayBuffer, Arena>()

export class Arena {
  readonly buffer: SharedArrayBuffer
  readonly geometry: Geometry
  /** The whole buffer, by 4 bytes and by byte. */
  readonly W: Int32Array
  readonly U8: Uint8Array
  /** Zeroes and copies blocks. */
  readonly bulk: Bulk
  /** The memory that the buffer is of, if it is of one and this thread has it. */
  readonly memory: SharedMemory | undefined
  /** The header's words, from its start. */
  readonly H: Int32Array
  /** The state map: a byte per 16 bytes of heap. */
  readonly S: Uint8Array
  /** The flags: a byte per page. */
  readonly F: Uint8Array
  /**
   * The depths: how many pages a page of blocks is behind the first of its run, a byte each (a run of several blocks has
   * fewer than 128). Written by who carves the run, before its run word; read by every free of a block in it.
   */
  readonly D: Uint8Array
  /** Tells this heap from others, in any thread. */
  readonly id: string
  /** H_CHECK as it was when the views were made. */
  private readonly check: number

  private constructor(buffer: SharedArrayBuffer, g: Geometry, memory?: SharedMemory) {
    this.buffer = buffer
    this.memory = memory
    this.geometry = g
    // A shadow's buffer ends with the metadata.
    const bytes = Math.min(g.bytes, buffer.byteLength)
    this.W = new Int32Array(buffer, 0, bytes / 4)
    this.U8 = new Uint8Array(buffer, 0, bytes)
    this.bulk = new Bulk(buffer, bytes, memory)
    this.S = new Uint8Array(buffer, g.stateMap, g.bytes / 16)
    this.F = new Uint8Array(buffer, g.flagMap, g.pages)
    this.D = new Uint8Array(buffer, g.depthMap, g.pages)
    this.H = new Int32Array(buffer, g.base, PAGE / 4)
    this.id = `${this.H[H_ID] >>> 0}-${this.H[H_ID + 1] >>> 0}`
    this.check = this.H[H_CHECK]
    opened.set(buffer, this)
  }

  /**
   * A new, empty arena. Throws InvalidSizeError for options out of range, InvalidArgumentError for those of the wrong kind
   * or of no such name, HeapError if the system has no room.
   */
  static create(options: ArenaOptions = {}): Arena {
    if (typeof options !== 'object' || options === null) {
      throw new InvalidArgumentError('create', 'the options', options, 'an object')
    }
    for (const name of Object.keys(options)) {
      if (OPTIONS.includes(name)) continue
      throw new InvalidArgumentError('create', 'an option', name, `one of ${OPTIONS.join(', ')}`)
    }
    const { memory, byteOffset, counters, types, learning = 'frozen' } = options
    if (!MODES.includes(learning)) {
      throw new InvalidArgumentError('create', '`learning`', learning, `one of ${MODES.join(', ')}`)
    }
    const flags =
      flag('counters', counters, FLAG_COUNTERS) | flag('types', types, FLAG_TYPES) | flagsOf(learning)
    if (memory !== undefined) return Arena.inMemory(memory, options, flags)
    if (byteOffset !== undefined) {
      throw new InvalidArgumentError(
        'create',
        '`byteOffset`',
        byteOffset,
        'left out unless `memory` is given',
      )
    }
    const asked = options.bytes ?? DEFAULT_BYTES
    whole('bytes', asked, MIN_BYTES, MAX_BYTES)
    const bytes = roundBytes(asked)
    const g = geometry(bytes, threadsFor(options, bytes), flags)
    const native = newMemory(bytes)
    const buffer = native?.buffer
    return isShared(buffer) ? Arena.lay(buffer, g, native) : Arena.lay(newBuffer(bytes), g)
  }

  /** Between what the module uses and the end of its memory, which may hold anything. */
  private static inMemory(memory: SharedMemory, options: ArenaOptions, flags: number): Arena {
    const buffer: unknown = bufferOf(memory)
    if (!isShared(buffer)) {
      throw new InvalidArgumentError('create', '`memory`', memory, 'a shared WebAssembly.Memory')
    }
    const base = options.byteOffset ?? 0
    const left = Math.min(MAX_BYTES, buffer.byteLength)
    if (left < MIN_BYTES)
      throw new InvalidSizeError('create', '`memory`', left, `of ${MIN_BYTES} bytes or more`)
    whole('byteOffset', base, 0, Math.max(0, left - MIN_BYTES))
    if (base % BASE_ALIGNMENT !== 0) {
      throw new InvalidSizeError('create', 'byteOffset', base, `a multiple of ${BASE_ALIGNMENT}`)
    }
    const asked = options.bytes ?? left - base
    whole('bytes', asked, MIN_BYTES, left - base)
    const bytes = roundBytes(asked - (2 ** extentShiftOf(asked) - 1))
    const threads = threadsFor(options, bytes)
    const g = geometry(bytes, threads, flags | FLAG_MEMORY, base)
    const room = g.bytes - g.firstExtent * 2 ** g.extentShift
    if (room < bytes / 2) {
      const rule = `at most as far as the heap is long (its tables, for what lies before too, leave ${room} bytes)`
      throw new InvalidSizeError('create', 'byteOffset', base, rule)
    }
    const W = new Int32Array(buffer, 0, g.bytes / 4)
    // Only what is not 0 already: what is not written to is not committed.
    const end = (g.firstExtent << g.extentShift) / 4
    for (let at = base / 4; at < end; at++) if (W[at] !== 0) W[at] = 0
    // No page counts as never used, because it may hold something: calloc fills them all.
    W.fill(2 ** g.extentPageShift, g.touched + g.firstExtent, g.touched + g.extents)
    return Arena.lay(buffer, g, memory)
  }

  /** Writes the header, and reserves the extents that hold metadata or lie before it. */
  private static lay(buffer: SharedArrayBuffer, g: Geometry, memory?: SharedMemory): Arena {
    const H = new Int32Array(buffer, g.base, PAGE / 4)
    H[H_MAGIC] = MAGIC
    H[H_VERSION] = VERSION
    H[H_PAGES] = g.pages
    H[H_THREADS] = g.threads
    H[H_FLAGS] = g.flags
    const random = new Uint32Array(2)
    for (let k = 0; k < 2; k++) random[k] = Math.random() * 2 ** 32
    H.set(random, H_ID)
    H[H_CHECK] = checkOf(H)
    const arena = new Arena(buffer, g, memory)
    arena.W.fill(RESERVED, g.table, g.table + g.firstExtent)
    arena.W.fill(g.records + g.brims[0], voidOf(g), voidOf(g) + LIST_WORDS)
    return arena
  }

  /**
   * An arena like this one, empty, of which the metadata exists and the blocks do not: runs may be taken and freed in
   * it, by records of its own, and nothing may be read or written in them.
   */
  shadow(): Arena {
    const { base, bytes, threads } = this.geometry
    const g = geometry(bytes - base, threads, 0)
    return Arena.lay(newBuffer(g.firstExtent * 2 ** g.extentShift), g)
  }

  /** How the heap learns, see `ArenaOptions.learning`. */
  get mode(): Mode {
    return modeOf(this.geometry.flags)
  }

  /**
   * Views on an arena that exists, the same ones as last time if the header has not changed; with `memory`, in that memory's
   * buffer, whatever `of` is. Throws HeapFormatError, one sentence per cause, and reads nothing else then.
   */
  static open(of: unknown, byteOffset = 0, memory?: SharedMemory): Arena {
    const buffer: unknown = memory === undefined ? of : bufferOf(memory)
    if (!isShared(buffer)) {
      throw new HeapFormatError(
        `A heap is opened by its \`handle\` or its SharedArrayBuffer; got ${shown(buffer)}.`,
      )
    }
    if (!Number.isInteger(byteOffset) || byteOffset < 0 || byteOffset % BASE_ALIGNMENT !== 0) {
      throw new HeapFormatError(`A heap starts at a multiple of ${BASE_ALIGNMENT}; got ${byteOffset}.`)
    }
    const known = opened.get(buffer)
    if (known?.isStill(byteOffset, memory)) return known
    const left = buffer.byteLength - byteOffset
    if (left < MIN_BYTES) {
      const where = byteOffset === 0 ? '' : ` from ${byteOffset} on`
      throw new HeapFormatError(`The buffer has ${left} bytes${where}; the smallest heap has ${MIN_BYTES}.`)
    }
    const H = new Int32Array(buffer, byteOffset, PAGE / 4)
    if (H[H_MAGIC] !== MAGIC)
      throw new HeapFormatError(`No heap was made at byte ${byteOffset} of the buffer (wrong magic number).`)
    if (H[H_VERSION] !== VERSION) {
      const age = H[H_VERSION] >>> 0 > VERSION ? 'a newer' : 'another'
      throw new HeapFormatError(
        `The heap has the layout of ${age} version (${H[H_VERSION] >>> 0}); this library knows ${VERSION}.`,
      )
    }
    if (H[H_CHECK] !== checkOf(H)) {
      throw new HeapFormatError('The header of the heap is damaged (its check word does not match).')
    }
    const bytes = H[H_PAGES] * PAGE - byteOffset
    const mayBeLonger = (H[H_FLAGS] & FLAG_MEMORY) !== 0
    if (mayBeLonger ? bytes > left : bytes !== left) {
      throw new HeapFormatError(`The heap has ${bytes} bytes, but the buffer has ${left}.`)
    }
    const threads = H[H_THREADS]
    const isSized = bytes >= MIN_BYTES && roundBytes(bytes) === bytes
    if (!isSized || threads < 1 || threads > bytes / MIN_BYTES_PER_THREAD) {
      throw new HeapFormatError(`The header describes no heap (${bytes} bytes, ${threads} threads).`)
    }
    return new Arena(buffer, geometry(bytes, threads, H[H_FLAGS], byteOffset), memory)
  }

  /** Whether the header is the one that the views were made for, and the memory, if there is one now, too. */
  private isStill(byteOffset: number, memory: SharedMemory | undefined): boolean {
    const { H, geometry, check } = this
    if (memory !== undefined && memory !== this.memory) return false
    return byteOffset === geometry.base && H[H_CHECK] === check && checkOf(H) === check
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

function threadsFor(options: ArenaOptions, bytes: number): number {
  const room = Math.min(MAX_THREADS, Math.floor(bytes / MIN_BYTES_PER_THREAD))
  const threads = options.threads ?? Math.min(DEFAULT_THREADS, room)
  whole('threads', threads, 1, room, ` (512 KiB for each in ${bytes} bytes)`)
  return threads
}

function flag(what: string, value: boolean | undefined, bit: number): number {
  if (value !== undefined && typeof value !== 'boolean') {
    throw new InvalidArgumentError('create', `\`${what}\``, value, 'true or false')
  }
  return value ? bit : 0
}

function whole(what: string, value: number, low: number, high: number, why = ''): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new InvalidSizeError('create', what, value, `a whole number from ${low} to ${high}${why}`)
  }
}

/** The buffer of what should be a memory; undefined if it has none. */
function bufferOf(memory: unknown): unknown {
  return typeof memory === 'object' && memory !== null && 'buffer' in memory ? memory.buffer : undefined
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
    const why =
      'SharedArrayBuffer' in globalThis ? '' : ': this page is not cross-origin isolated (COOP, COEP)'
    const error = new HeapError(
      'ERR_HAKMEM_OUT_OF_MEMORY',
      `The system gave no SharedArrayBuffer of ${bytes} bytes${why}.`,
    )
    error.cause = cause
    throw error
  }
}

/** FNV-1a over the header's words from the magic number on. */
function checkOf(H: Int32Array): number {
  let hash = 0x811c9dc5
  for (let at = H_MAGIC; at < H_CHECK; at++) hash = Math.imul(hash ^ H[at], 0x01000193)
  return hash
}
