/**
 * What a workload asks of an allocator that JavaScript calls. hakmem's `Heap` has this shape and is passed to
 * the loops as it is; the others get an adapter class. A contender process loads one of them only, so that
 * every call site in the loops stays monomorphic.
 */

/** The memory under test. The views of an allocator stay good when its thread detaches and attaches anew. */
export interface Views {
  readonly U8: Uint8Array
  readonly U16: Uint16Array
  readonly U32: Uint32Array
  readonly F64: Float64Array
}

/** One thread's view of the memory under test; pointers are byte offsets, and 0 is no block. */
export interface Allocator extends Views {
  malloc(size: number): number
  /** `count * size` bytes, all zero. */
  calloc(count: number, size: number): number
  /** The block of `p`, or another with its contents, that holds `size` bytes; `p` is not 0. */
  realloc(p: number, size: number): number
  free(p: number): void
  /** Called before the thread idles. */
  park(): void
  /** Called when the thread gives up its part for good. */
  detach(): void
}

/** The part of it that plain loops need. */
export type Mallocs = Pick<Allocator, 'U8' | 'malloc' | 'free'>

export interface Opened {
  readonly allocator: Allocator
  /** What a worker needs to attach: must survive structured clone. */
  readonly handle: unknown
}

export interface ScriptPeer {
  readonly version: string
  create(bytes: number, threads: number): Opened
  attach(handle: unknown): Allocator
}
