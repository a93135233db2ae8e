/**
 * Zeroing and copying many bytes.
 *
 * JavaScript reaches shared memory an element at a time: 29 bytes a nanosecond by stores of eight, four in a turn; V8's
 * own `fill` and `copyWithin` are no faster there, and a `fill` of bytes is 8 times slower. `memory.fill` and
 * `memory.copy` of WebAssembly are the C library's: 80 and 44 (docs/performance.md, "Zeroing and copying"). So heaps from
 * NATIVE_MIN on are made in a shared WebAssembly.Memory, whose buffer is a SharedArrayBuffer like any other, and a
 * thread that was given the memory with the handle links a module of just these two instructions to it when it first
 * needs them.
 *
 * Loops do without: small heaps (a memory reserves 8 GiB of address space and more), threads that were given the buffer
 * alone, engines that refuse the memory or the module. What a block holds is the same either way.
 *
 * All offsets and lengths are multiples of 16.
 */

/** Bytes of the smallest heap that is made in a WebAssembly memory. */
const NATIVE_MIN = 16 * 2 ** 20
/** A page of WebAssembly in bytes. */
const WASM_PAGE = 65536
/** Bytes up to which loops are faster than calls. */
const FEW_ZEROED = 128
const FEW_COPIED = 64

/** What the heap needs of a shared `WebAssembly.Memory`. */
export interface SharedMemory {
  readonly buffer: ArrayBufferLike
}

interface Native {
  fill(to: number, value: number, bytes: number): void
  copy(to: number, from: number, bytes: number): void
}

/** The part of WebAssembly that this file uses; engines may lack all of it. */
interface Wasm {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => SharedMemory
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: Native }
}

const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: Wasm }

/**
 * (module
 *   (import "" "" (memory 0 65536 shared))
 *   (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
 *   (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2))))
 */
const MODULE =
  '\x00asm\x01\x00\x00\x00' +
  '\x01\x07\x01`\x03\x7f\x7f\x7f\x00' +
  '\x02\x09\x01\x00\x00\x02\x03\x00\x80\x80\x04' +
  '\x03\x03\x02\x00\x00' +
  '\x07\x0f\x02\x04fill\x00\x00\x04copy\x00\x01' +
  '\x0a\x1a\x02\x0b\x00 \x00 \x01 \x02\xfc\x0b\x00\x0b\x0c\x00 \x00 \x01 \x02\xfc\x0a\x00\x00\x0b'

/** A shared memory of `bytes`, all zero, if the heap is large enough to be worth it and the engine has one to give. */
export function newMemory(bytes: number): SharedMemory | undefined {
  if (bytes < NATIVE_MIN) return undefined
  try {
    const pages = bytes / WASM_PAGE
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  } catch {
    return undefined
  }
}

/** Zeroes and copies in one buffer. Any number of threads, each on bytes of its own. */
export class Bulk {
  private readonly W: Int32Array
  private readonly F64: Float64Array
  /** The memory to link to; undefined if there is none, or once it has been tried. */
  private memory: SharedMemory | undefined
  private native: Native | undefined

  /** For the first `bytes` of the buffer, which is that of the memory, if one is given. */
  constructor(buffer: SharedArrayBuffer, bytes: number, memory: SharedMemory | undefined) {
    this.W = new Int32Array(buffer, 0, bytes / 4)
    this.F64 = new Float64Array(buffer, 0, bytes / 8)
    this.memory = memory
  }

  /** Makes the bytes from `from` to `to` zero. */
  zero(from: number, to: number): void {
    if (to - from > FEW_ZEROED && this.isNative()) {
      this.native?.fill(from, 0, to - from)
      return
    }
    const { F64 } = this
    let at = from >>> 3
    const end = at + ((to - from) >>> 3)
    // Two for each 16 bytes; four in a turn are a third faster.
    if (((end - at) & 2) !== 0) {
      F64[at] = 0
      F64[at + 1] = 0
      at += 2
    }
    for (; at < end; at += 4) {
      F64[at] = 0
      F64[at + 1] = 0
      F64[at + 2] = 0
      F64[at + 3] = 0
    }
  }

  /** Copies `bytes` from `from` to `to`, which do not overlap. */
  copy(to: number, from: number, bytes: number): void {
    if (bytes <= FEW_COPIED) {
      const { W } = this
      const words = bytes >>> 2
      for (let k = 0, at = from >>> 2, into = to >>> 2; k < words; k++) W[into + k] = W[at + k]
    } else if (this.isNative()) {
      this.native?.copy(to, from, bytes)
    } else {
      this.F64.copyWithin(to >>> 3, from >>> 3, (from + bytes) >>> 3)
    }
  }

  private isNative(): boolean {
    if (this.memory !== undefined) this.link()
    return this.native !== undefined
  }

  private link(): void {
    const { memory } = this
    this.memory = undefined
    try {
      const bytes = Uint8Array.from(MODULE, (byte) => byte.charCodeAt(0))
      this.native = new WebAssembly.Instance(new WebAssembly.Module(bytes), { '': { '': memory } }).exports
    } catch {
      // What was given as a memory is none, or modules are forbidden: loops do.
    }
  }
}
