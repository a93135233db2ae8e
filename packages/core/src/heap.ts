/**
 * The heap: malloc and free of any size over one SharedArrayBuffer, from any number of threads at once.
 *
 * Routing is by size in malloc (a table of size classes; 64 KiB and more are large) and by the block's state byte in
 * free. Fast paths are those of `BlockCache`, specialised per buffer; this file adds what is built from them.
 *
 * Every method may be called by the thread that attached only; the pointers may go to, and be freed by, any attached
 * thread. Nothing here waits for another thread. All threads that hold the buffer trust each other: this is no
 * security boundary.
 */

import {
  Arena,
  type ArenaOptions,
  type Audit,
  audit,
  BlockCache,
  CLASS_OF,
  COUNTERS,
  classAt,
  FLAG_COUNTERS,
  FLAG_TYPES,
  InvalidArgumentError,
  InvalidSizeError,
  LARGE,
  LARGE_MIN,
  MID_CLASSES,
  membersOf,
  OutOfMemoryError,
  PAGE,
  type Ptr,
  R_BATCH,
  R_BATCH_COUNT,
  R_OUT,
  type Reaped,
  reap,
  type SharedMemory,
  SIZES,
  SMALL_CLASSES,
  type Stats,
  sizeAt,
  stats,
  ThreadRecord,
  TINY_CLASSES,
} from '@hakmem/arena'
import {
  beginLearning,
  exportProfile,
  importProfile,
  Large,
  type Pin,
  type PolicyReport,
  type Profile,
  pin,
  report,
  unpin,
} from '@hakmem/learning'
import { Mid } from '@hakmem/mid'
import { SyncThread } from '@hakmem/sync'
import { Tiny } from '@hakmem/tiny'
import { forget, heapIn, remember } from './attached.ts'
import { counting } from './counting.ts'
import { Site } from './site.ts'
import { specialise } from './specialise.ts'
import { hostThread } from './thread.ts'
import { Watch, type Watchable } from './watch.ts'

export type HeapOptions = ArenaOptions

export interface AttachOptions {
  /**
   * Where this thread's memory should come from, 0 to 7: memory goes back first to threads of the shard that touched it
   * first. For machines where memory is nearer to some processors. All threads are of one shard unless told.
   */
  readonly shard?: number
}

/** The most shards. */
const SHARDS = 8

/** What to send to another thread so that it can attach: a plain object that structured cloning takes. */
export interface HeapHandle {
  readonly buffer: SharedArrayBuffer
  /** Where the heap begins in the buffer; 0 if not given. */
  readonly byteOffset?: number
  /** The memory that the buffer is of, with which blocks are zeroed and copied faster; then `buffer` is not read. */
  readonly memory?: SharedMemory
}

export class Heap extends BlockCache {
  /** The whole buffer, to read and write blocks: `heap.U32[ptr >>> 2]`. */
  readonly U8: Uint8Array
  readonly I8: Int8Array
  readonly U16: Uint16Array
  readonly I16: Int16Array
  readonly U32: Uint32Array
  readonly I32: Int32Array
  readonly F32: Float32Array
  readonly F64: Float64Array
  readonly I64: BigInt64Array
  readonly U64: BigUint64Array
  /** Whether it was created with `types`: structs are checked. */
  readonly types: boolean
  private readonly tiny: Tiny
  private readonly mid: Mid
  private readonly large: Large
  private readonly sites = new Map<string, Site>()
  private readonly watches = new Set<Watch>()
  // Initialised, so that a heap that was detached has the shape of one that was not: loops are compiled for one.
  private syncThread: SyncThread | undefined = undefined
  /** Ends what learning does on this thread; undefined if it does nothing. */
  private endLearning: (() => void) | undefined = undefined
  /** Why nothing is learned on this thread although it should be. */
  private learningFailure: unknown

  /** @internal Use `Heap.create` or `Heap.attach`. */
  constructor(record: ThreadRecord) {
    if (!(record instanceof ThreadRecord)) {
      throw new InvalidArgumentError('new Heap', 'a heap', record, 'made by Heap.create or Heap.attach')
    }
    super(record)
    const { buffer, geometry, U8 } = record.arena
    const { bytes } = geometry
    this.U8 = U8
    this.I8 = new Int8Array(buffer, 0, bytes)
    this.U16 = new Uint16Array(buffer, 0, bytes / 2)
    this.I16 = new Int16Array(buffer, 0, bytes / 2)
    this.U32 = new Uint32Array(buffer, 0, bytes / 4)
    this.I32 = record.arena.W
    this.F32 = new Float32Array(buffer, 0, bytes / 4)
    this.F64 = new Float64Array(buffer, 0, bytes / 8)
    this.I64 = new BigInt64Array(buffer, 0, bytes / 8)
    this.U64 = new BigUint64Array(buffer, 0, bytes / 8)
    this.types = (geometry.flags & FLAG_TYPES) !== 0
    this.tiny = new Tiny(record)
    this.mid = new Mid(record)
    this.large = new Large(record)
  }

  /**
   * Makes a heap and attaches the calling thread. Memory is used when touched, so a generous `bytes` costs little.
   * With `memory`, a shared `WebAssembly.Memory`, the heap lies in it from `byteOffset` on, and pointers are addresses.
   * Throws InvalidSizeError for options out of range, InvalidArgumentError for those of the wrong kind or of no such name,
   * HeapError if the system has no room for the buffer.
   */
  static create(options: HeapOptions = {}): Heap {
    const arena = Arena.create(options)
    if (arena.mode === 'learn') beginLearning(arena)
    return Heap.open(arena)
  }

  /**
   * Attaches the calling thread to a heap, given its handle or its buffer. Attaching again gives the same object.
   * Throws HeapFormatError, one message per cause, TooManyThreadsError, or InvalidSizeError for a shard that is none.
   */
  static attach(handleOrBuffer: HeapHandle | SharedArrayBuffer, { shard }: AttachOptions = {}): Heap {
    if (shard !== undefined && !(Number.isInteger(shard) && shard >= 0 && shard < SHARDS)) {
      throw new InvalidSizeError('attach', 'the shard', shard, `a whole number from 0 to ${SHARDS - 1}`)
    }
    const given: unknown = handleOrBuffer
    const isHandle = typeof given === 'object' && given !== null && 'buffer' in given
    const byteOffset = isHandle && 'byteOffset' in given ? given.byteOffset : 0
    const memory = isHandle && 'memory' in given ? given.memory : undefined
    const arena = Arena.open(isHandle ? given.buffer : given, byteOffset as number, memory as SharedMemory)
    const heap = heapIn(arena) ?? Heap.open(arena)
    if (shard !== undefined) heap.record.setShard(shard)
    return heap
  }

  private static open(arena: Arena): Heap {
    const record = ThreadRecord.claim(arena, hostThread() ?? ThreadRecord.nextThread(arena))
    const Class = (arena.geometry.flags & FLAG_COUNTERS) !== 0 ? counting(Heap) : specialise(Heap, record)
    const heap = new Class(record)
    remember(heap)
    if (arena.mode === 'learn' || arena.mode === 'canary') heap.learn()
    return heap
  }

  /** Loads what learning takes, and has this thread lead if no other does. */
  private learn(): void {
    import('@hakmem/learning/learn').then(
      ({ host }) => {
        if (!this.isDetached) this.endLearning = host(this.arena, this.thread)
      },
      (cause: unknown) => {
        this.learningFailure = cause
      },
    )
  }

  /** Send this to another thread (`workerData`, `postMessage`) and attach there. */
  get handle(): HeapHandle {
    const { buffer, geometry, memory } = this.arena
    return {
      buffer,
      ...(geometry.base !== 0 && { byteOffset: geometry.base }),
      ...(memory !== undefined && { memory }),
    }
  }

  get buffer(): SharedArrayBuffer {
    return this.arena.buffer
  }

  /**
   * A block of at least `count * size` bytes, of which so many are zero. Throws as malloc does. Large blocks are zeroed
   * only where the memory was in use before.
   */
  calloc(count: number, size: number): Ptr {
    this.requireAttached('calloc')
    this.requireSize('calloc', 'the count', count)
    this.requireSize('calloc', 'the size', size)
    const bytes = count * size
    const { arena } = this
    if (bytes >= LARGE_MIN) return this.callocLarge(bytes)
    const p = this.malloc(bytes)
    try {
      arena.bulk.zero(p, p + ((bytes + 15) & -16))
    } catch (error) {
      // A stack overflow.
      this.free(p)
      throw error
    }
    return p
  }

  private callocLarge(bytes: number): Ptr {
    // More than numbers can tell is no size, but no invalid argument either.
    if (!Number.isSafeInteger(bytes)) throw this.record.outOfMemory(bytes)
    const { arena, record } = this
    const { runs } = record
    runs.carved = 0
    const p = this.malloc(bytes)
    const virgin = runs.carved === p >>> 12 ? (runs.virginFrom - runs.carved) * PAGE : bytes
    try {
      arena.bulk.zero(p, p + Math.ceil(Math.min(bytes, virgin) / 16) * 16)
    } catch (error) {
      this.free(p)
      throw error
    }
    return p
  }

  /**
   * Makes the block at `ptr` hold `size` bytes and returns where it is then, its contents kept up to the smaller size.
   * `ptr` 0 allocates. The pointer stays if the block fits and at least half of it is used; a large block of this
   * thread that realloc made, or that is above 1 MiB, grows and shrinks in place where it can. Throws as malloc and free
   * do; then the block at `ptr` is as it was.
   */
  realloc(ptr: number, size: number): Ptr {
    this.requireAttached('realloc')
    this.requireSize('realloc', 'the size', size)
    if (ptr === 0) return this.malloc(size)
    const c = this.requireLive('realloc', ptr)
    const usable = sizeAt(this.arena, ptr, c)
    if (size <= usable && (size >= usable / 2 || (c !== LARGE && CLASS_OF[(size + 15) >>> 4] === c))) {
      return ptr as Ptr
    }
    if (c === LARGE && size >= LARGE_MIN && this.record.extents.isMine(ptr >>> this.shift)) {
      if (this.large.resize(ptr >>> 12, size)) return ptr as Ptr
    }
    // A large block that grows will grow again: in a run of just its length, it may do so in place.
    const moved =
      size >= LARGE_MIN ? this.large.take(size) : size > usable ? this.malloc(size) : this.tryMalloc(size)
    if (moved === 0) {
      if (size <= usable) return ptr as Ptr
      throw this.record.outOfMemory(size)
    }
    // Freeing may empty caches, and with them the trace of the block that was handed out last.
    this.I32[this.record.at + R_OUT] = moved
    try {
      this.arena.bulk.copy(moved, ptr, Math.ceil(Math.min(size, usable) / 16) * 16)
      this.free(ptr)
    } catch (error) {
      // A stack overflow. One of the two blocks must go: the old one may have gone already.
      if (classAt(this.arena, ptr) === 0) return moved
      this.free(moved)
      throw error
    }
    return moved
  }

  /**
   * A block of at least `size` bytes at a multiple of `alignment`, a power of two.
   * Throws InvalidSizeError, OutOfMemoryError, DetachedHeapError.
   */
  memalign(alignment: number, size: number): Ptr {
    this.requireAttached('memalign')
    this.requireSize('memalign', 'the size', size)
    this.requireSize('memalign', 'the alignment', alignment)
    // By the power, not by the logarithm: that of 2^52 + 1 is rounded to a whole number.
    if (!(alignment >= 1 && alignment === 2 ** Math.floor(Math.log2(alignment)))) {
      this.record.count(COUNTERS.invalidSize)
      throw new InvalidSizeError('memalign', 'the alignment', alignment, 'a power of two')
    }
    const p = this.aligned(alignment, size)
    if (p === 0) throw this.record.outOfMemory(size)
    return p
  }

  private aligned(alignment: number, size: number): Ptr {
    if (alignment <= PAGE && size < LARGE_MIN) {
      // Runs start at pages and hold blocks end to end: a class divisible by the alignment aligns them all.
      for (let c = CLASS_OF[(size + 15) >>> 4]; c <= SMALL_CLASSES; c++) {
        if (SIZES[c] % alignment === 0) return this.tryMalloc(SIZES[c])
      }
    }
    return this.large.takeAligned(size, Math.max(alignment, PAGE))
  }

  /** Usable bytes of the block at `ptr`, at least what was asked for. Throws as free does. */
  usableSize(ptr: number): number {
    this.requireAttached('usableSize')
    return sizeAt(this.arena, ptr, this.requireLive('usableSize', ptr))
  }

  /** Whether a live block of this heap starts at `ptr`, whichever thread allocated it. Throws DetachedHeapError. */
  owns(ptr: number): boolean {
    this.requireAttached('owns')
    return classAt(this.arena, ptr) !== 0
  }

  /**
   * Fills `out` with blocks of at least `size` bytes; the number of them, less than `out` holds if memory ran out. If it
   * throws, as `out` itself may when it is written to, the blocks so far are in `out`. Until it returns, each block's
   * first word leads to the one before: if the thread dies, all are among the suspects of `reap`.
   * Throws InvalidSizeError, InvalidArgumentError, DetachedHeapError.
   */
  mallocBatch(size: number, out: Uint32Array | Float64Array | number[]): number {
    this.requireAttached('mallocBatch')
    this.requireSize('mallocBatch', 'the size', size)
    // Any other list could not hold every pointer, and what it cannot hold is lost.
    if (!(out instanceof Uint32Array || out instanceof Float64Array || Array.isArray(out))) {
      const rule = 'an array, a Uint32Array or a Float64Array'
      throw new InvalidArgumentError('mallocBatch', 'the list', out, rule)
    }
    const W = this.I32
    const last = this.record.at + R_BATCH
    const count = this.record.at + R_BATCH_COUNT
    let k = 0
    try {
      for (; k < out.length; k++) {
        const p = this.malloc(size)
        W[p >>> 2] = W[last]
        W[last] = p
        W[count] = k + 1
        try {
          out[k] = p
        } catch (error) {
          this.free(p)
          throw error
        }
      }
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error
    } finally {
      W[count] = 0
    }
    return k
  }

  /**
   * Frees every block in `ptrs`. If some cannot be, the others still are; then the first error is thrown. Throws as free
   * does, and InvalidArgumentError.
   */
  freeBatch(ptrs: ArrayLike<number>): void {
    this.requireAttached('freeBatch')
    const length: unknown = Object(ptrs).length
    if (!(Number.isInteger(length) && (length as number) >= 0 && (length as number) < 2 ** 32)) {
      throw new InvalidArgumentError('freeBatch', 'the list', ptrs, 'an array, or what has a length like one')
    }
    let first: unknown
    for (let k = 0; k < (length as number); k++) {
      try {
        this.free(ptrs[k])
      } catch (error) {
        first ??= error
      }
    }
    if (first !== undefined) throw first
  }

  /**
   * A view of the block at `ptr`, or of its first `length` bytes. For single values the whole-heap views are faster. Throws
   * as free does, and InvalidSizeError for a length beyond the block.
   */
  bytes(ptr: number, length?: number): Uint8Array {
    this.requireAttached('bytes')
    const usable = sizeAt(this.arena, ptr, this.requireLive('bytes', ptr))
    if (length === undefined) return new Uint8Array(this.buffer, ptr, usable)
    this.requireSize('bytes', 'the length', length)
    if (length > usable) {
      throw new InvalidSizeError('bytes', 'the length', length, `at most the block's ${usable} bytes`)
    }
    return new Uint8Array(this.buffer, ptr, length)
  }

  /**
   * Empties this thread's caches, collects what other threads freed to it and gives empty extents back. Reads the state of
   * every block that the thread holds. Throws DetachedHeapError.
   */
  flush(): void {
    this.requireAttached('flush')
    this.record.flush()
  }

  /**
   * To call before the thread idles: empties the caches, collects what other threads announced, gives empty extents back, and
   * leaves the others to whichever thread needs memory next. The heap stays attached; the next malloc takes memory up
   * again. Throws DetachedHeapError.
   */
  park(): void {
    this.requireAttached('park')
    this.record.park()
  }

  /**
   * Leaves what this thread has in the heap, caches included, to the next that attaches, or to whichever needs memory first;
   * more than a quarter of its share of the heap is parked. Locks that it holds go to the next. Every later operation but
   * `stats`, `audit`, `policy`, `exportProfile` and `handle` throws DetachedHeapError; detaching again is fine.
   */
  detach(): void {
    if (this.isDetached) return
    for (const watch of [...this.watches]) watch.dispose()
    this.endLearning?.()
    const isVacant = this.record.settle()
    this.cutOff()
    this.record.release(isVacant)
    forget(this)
  }

  [Symbol.dispose](): void {
    this.detach()
  }

  /** Id of this thread in this heap: Node's `threadId`, or, where the host has none, a number of the heap's own. */
  get thread(): number {
    return this.record.thread
  }

  /**
   * The calling thread as the locks of `@hakmem/sync` know it: `new Mutex(heap.sync, ptr)`. What it holds when it dies is
   * handed on by `reap` and `watch`, what it holds when it detaches by `detach`. Throws DetachedHeapError.
   */
  get sync(): SyncThread {
    this.requireAttached('sync')
    this.syncThread ??= new SyncThread(membersOf(this.arena), this.record.slot)
    return this.syncThread
  }

  /**
   * Makes what `thread` held everybody's again: its memory waits for adoption, its record is free, its blocks stay as they
   * are. Only for a thread that has ended; nothing can tell here whether it has, and reaping one that runs
   * corrupts the heap. Any attached thread may call it, any number of times; nobody waits. Where `watch` is to be had, it
   * calls this. Throws InvalidThreadError, DetachedHeapError.
   */
  reap(thread: number): Reaped {
    this.requireAttached('reap')
    return reap(this.arena, this.thread, thread)
  }

  /**
   * Reaps the worker, or each worker that a Piscina pool (anything with `threads`) has or will have, when it has ended,
   * and the workers that those watched with it. `onReaped` is told each time. For workers that this thread started, in
   * Node; call it before they may end. Ends with `dispose` or `detach`. Throws InvalidThreadError,
   * TooManyWatchesError, DetachedHeapError.
   */
  watch(target: Watchable, onReaped?: (reaped: Reaped) => void): Watch {
    this.requireAttached('watch')
    if (onReaped !== undefined && typeof onReaped !== 'function') {
      throw new InvalidArgumentError('watch', '`onReaped`', onReaped, 'a function')
    }
    return new Watch(this, this.watches, target, onReaped)
  }

  /** Counters of all threads, as plain JSON. Also after detach. */
  stats(): Stats {
    return stats(this.arena)
  }

  /** Walks the whole heap, changing nothing, and accounts for every byte. Also after detach. */
  audit(): Audit {
    return audit(this.arena)
  }

  /**
   * How large blocks are placed and the knobs of all sizes are set, why, and what was learned, with the games that it
   * rests on. As plain JSON. Also after detach.
   */
  policy(): PolicyReport {
    const policy = report(this.arena)
    return this.learningFailure === undefined
      ? policy
      : { ...policy, reason: `what learns could not be loaded (${this.learningFailure})` }
  }

  /**
   * Holds a strategy (by its name in `policy().leaderboard`) or knobs fast, for all threads, from their next slow path on;
   * what is left out stays as it is. Throws InvalidArgumentError, LearningOffError.
   */
  pin(what: Pin): void {
    this.requireAttached('pin')
    pin(this.arena, what)
  }

  /** Lets go of all pins; what was pinned stays in force until learning changes it. */
  unpin(): void {
    this.requireAttached('unpin')
    unpin(this.arena)
  }

  /** The policy in force, as plain JSON, for another run to import. */
  exportProfile(): Profile {
    return exportProfile(this.arena)
  }

  /**
   * Puts a profile, an object or its JSON, in force for all threads. Throws ProfileError with the reason if it is not
   * one of this version, LearningOffError; changes nothing then.
   */
  importProfile(profile: Profile | string): void {
    this.requireAttached('importProfile')
    importProfile(this.arena, profile)
  }

  /** A named call site; the same object for the same name. */
  site(name: string): Site {
    if (typeof name !== 'string') throw new InvalidArgumentError('site', 'the name', name, 'a string')
    let site = this.sites.get(name)
    if (site === undefined) {
      site = new Site(this, name)
      this.sites.set(name, site)
    }
    return site
  }

  /** @internal For `Site`. */
  mallocAt(site: number, size: number): Ptr {
    const p = this.tryMallocAt(site, size)
    if (p === 0) throw this.record.outOfMemory(size)
    return p
  }

  /** @internal For `Site`. */
  tryMallocAt(site: number, size: number): Ptr {
    if (typeof size !== 'number' || !(size >= LARGE_MIN)) return this.tryMalloc(size)
    this.requireAttached('malloc')
    this.requireSize('malloc', 'the size', size)
    return this.large.take(size, site)
  }

  /** Which run a refill goes on with is the tier's business. */
  aim(c: number, runs: number): boolean {
    if (c <= TINY_CLASSES) return this.tiny.aim(c, runs)
    return c <= MID_CLASSES ? this.mid.aim(c, runs) : this.large.aim(c, runs)
  }

  protected takeLarge(size: number): Ptr {
    return this.large.take(size)
  }

  protected override freeLarge(page: number): void {
    this.large.release(page)
  }
}
