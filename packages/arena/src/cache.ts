/**
 * malloc and free of small blocks: the fast paths, on the per-thread caches, and right below them the slow ones.
 *
 * malloc pops the cache of the size's class: one look-up of the class, one of the top, one of the entry, and the
 * block's state byte becomes live. free pushes if the pointer is a live block's start, the extent is this thread's
 * and the cache has room; a live block of another thread gets a mark instead (see `remote.ts`). All checks are in
 * these few lines: a state byte that is no class leads to a cache that is empty and full at once, so that "not live"
 * and "full" are one test, and a pointer beyond the end reads no byte at all, which is such a one as well. A cache is
 * full when the word behind its last entry is a multiple of a power of two, the same for all: no limit is loaded, which
 * is worth 1.2 times on tiny-hot and 1.15 on larson in bare loops (docs/performance.md).
 *
 * The tiers and the heap extend this class and say how an empty cache is refilled. `@hakmem/core` overrides both
 * fast paths with copies that have the views of one buffer built in (see its `specialise.ts`); this form is the one
 * that serves any number of heaps.
 */

import { mark, peek, seen } from '#ordering'
import type { Arena } from './arena.ts'
import { CACHED_MAX, CLASS_OF, LARGE, MID_CLASSES, SIZES } from './classes.ts'
import { COUNTERS } from './counters.ts'
import { DetachedHeapError, DoubleFreeError, InvalidSizeError } from './errors.ts'
import {
  CONT,
  R_CURSOR,
  R_FRESH,
  R_IN,
  R_LISTS,
  R_MARKED,
  R_RUSH,
  R_STOP,
  R_TARGET,
  voidOf,
} from './layout.ts'
import { classAt, type Ptr, pointerError } from './pointers.ts'
import type { ThreadRecord } from './record.ts'
import { announce, IN_ORDER } from './remote.ts'

const classOf = CLASS_OF
const CONT_BIT = CONT
const SMALL_LIMIT = CACHED_MAX + 1
const LAST_CLASS = LARGE
const LAST_MID = MID_CLASSES

/** What tryMalloc returns when there is no room. */
const NULL = 0 as Ptr

/** Runs that one refill sweeps at most, all but the last in vain. */
const RUNS_PER_REFILL = 64

/** `mine` of a detached heap: no extent word equals it. */
const NOBODY = -1

export abstract class BlockCache {
  readonly arena: Arena
  readonly record: ThreadRecord
  protected readonly W: Int32Array
  protected readonly S: Uint8Array
  private readonly F: Uint8Array
  /** Word offset of the extent table, and log2 of an extent's bytes. */
  protected readonly table: number
  protected readonly shift: number
  /** A top that has none of these bits is behind the last entry. */
  private readonly mask: number
  /** Word offset of this thread's cache table; of the void one once detached. */
  protected lists: number
  /** This thread's extent word with CONT; NOBODY once detached. */
  protected mine: number

  constructor(record: ThreadRecord) {
    const { arena } = record
    const g = arena.geometry
    this.arena = arena
    this.record = record
    this.W = arena.W
    this.S = arena.S
    this.F = arena.F
    this.table = g.table
    this.shift = g.extentShift
    this.mask = g.cacheWords - 1
    // An integer to V8 too: it keeps what came of `**` or a fraction as a double, and each access would convert it.
    this.lists = (record.at + R_LISTS) | 0
    this.mine = record.extents.mine
  }

  /**
   * Allocates a block of at least `size` bytes, aligned to 16, with any contents, and returns its byte offset.
   * `size` 0 gets a smallest block. Throws InvalidSizeError, OutOfMemoryError, DetachedHeapError.
   */
  malloc(size: number): Ptr {
    if (typeof size !== 'number' || size >>> 0 !== size || size >= SMALL_LIMIT)
      return this.allocate(size, true)
    const W = this.W
    const c = classOf[(size + 15) >>> 4]
    const at = (this.lists + c) | 0
    const top = W[at]
    const p = W[top]
    if (p === 0) return ((this.allocate(size, true) as number) >>> 0) as Ptr
    W[at] = (top - 1) | 0
    this.S[p >>> 4] = c
    return (p >>> 0) as Ptr
  }

  /**
   * Frees the block at `p`, which any attached thread may do, once. `free(0)` does nothing.
   * Throws DoubleFreeError, InvalidPointerError or DetachedHeapError, and changes nothing then.
   */
  free(p: number): void {
    if (typeof p !== 'number') {
      this.freeSlow(p)
      return
    }
    const i = p >>> 4
    const c = this.S[i] | 0
    const W = this.W
    if (i * 16 === p && (W[(this.table + (p >>> this.shift)) | 0] | CONT_BIT) === this.mine) {
      const at = (this.lists + c) | 0
      const top = (W[at] + 1) | 0
      if ((top & this.mask) !== 0) {
        this.S[i] = c | 128
        W[top] = p
        W[at] = top
        return
      }
    }
    this.freeOther(p, c)
  }

  /** free of what is not a block of this thread with room for it in its cache; `c`: its state byte. */
  protected freeOther(p: number, c: number): void {
    const i = p >>> 4
    const isMine = (this.W[(this.table + (p >>> this.shift)) | 0] | CONT_BIT) === this.mine
    if (i * 16 === p && c > 0 && c <= LAST_CLASS && !isMine && !this.isDetached) this.freeRemote(p, c)
    else this.freeSlow(p)
  }

  /** N0 to N4 of `remote.ts`, for a live block of class `c` of another thread. */
  private freeRemote(p: number, c: number): void {
    // The page before the mark: behind it the owner may collect the block and give its run back.
    const page = this.record.slabs.headPage(p)
    const i = p >>> 4
    const { W } = this
    const marked = this.record.at + R_MARKED
    if ((W[marked] - i) >>> 0 < IN_ORDER) W[p >>> 2] |= 0
    W[marked] = i
    mark(this.S, i)
    if (peek(this.F, page) === 0) announce(this.record, page, c)
  }

  /** As malloc, but 0 instead of OutOfMemoryError. */
  tryMalloc(size: number): Ptr {
    return this.allocate(size, false)
  }

  /**
   * All of malloc that is not its fast path; `must`: throw if there is no room.
   *
   * One function, and long, on purpose: V8 inlines whatever is shorter (460 bytes of bytecode) into every caller's
   * loop, where the spills and reloads around it cost a third of the speed of tiny-hot (docs/performance.md).
   *
   * The refill: the cache of class c is empty, and no magazine has any of it, so no byte 128+c of this thread is in
   * use, and the sweep over the state bytes of a run takes 0, 128+c and 255 alike. The next run is begun only while
   * that still holds: a run that other threads flag meanwhile could else be swept twice in one refill, and its blocks
   * be entered twice. `seen` is the acquire that pairs with the marks of other threads.
   */
  protected allocate(size: number, must: boolean): Ptr {
    const operation = must ? 'malloc' : 'tryMalloc'
    this.requireAttached(operation)
    this.requireSize(operation, 'the size', size)
    const { W, S, record } = this
    const c = size < SMALL_LIMIT ? classOf[(size + 15) >>> 4] : LAST_CLASS
    if (c === LAST_CLASS) return this.allocateLarge(size, must)
    const list = this.lists + c
    if (W[W[list]] === 0) {
      record.enter()
      // Asked behind `enter`, which may follow a policy that closes large classes.
      if (c > LAST_MID && record.slabs.isClosed(c)) {
        record.leave()
        return this.allocateLarge(size, must)
      }
      const look = seen
      const at = record.at
      const step = SIZES[c] >>> 4
      const cached = 128 | c
      const empty = W[list]
      const reloaded = record.slabs.reload(c) ? W[list] : empty
      let top = reloaded
      let remote = 0
      for (let runs = 0; top === empty && runs < RUNS_PER_REFILL; runs++) {
        let i = W[at + R_CURSOR + c]
        if (i === 0) {
          if (!this.aim(c, runs)) break
          i = W[at + R_CURSOR + c]
        } else {
          record.count(COUNTERS.refillOwn)
        }
        const rush = W[at + R_FRESH + c] !== 0 ? W[at + R_RUSH + c] : 0
        const limit = Math.min(empty | this.mask, empty + W[at + R_TARGET + c] + rush)
        const page = record.slabs.headPage(i * 16)
        const stop = W[at + R_STOP + c]
        let known = 0
        for (; i < stop && top < limit; i += step) {
          const byte = look(S, i)
          if (byte !== 0 && byte < 128) continue
          if (byte === 0) known++
          else if (byte === 255) remote++
          S[i] = cached
          W[++top] = i << 4
        }
        W[list] = top
        record.slabs.swept(page, c, i < stop ? i : 0, top - empty, known)
      }
      record.count(COUNTERS.refilled, top - reloaded)
      record.count(COUNTERS.collected, remote)
      record.leave()
      if (top === empty) {
        // A large run of just the length may fit where one of the class does not.
        if (c > LAST_MID) return this.allocateLarge(size, must)
        if (must) throw record.outOfMemory(size)
        return NULL
      }
    }
    const top = W[list]
    const p = W[top]
    W[list] = top - 1
    S[p >>> 4] = c
    return (p >>> 0) as Ptr
  }

  private allocateLarge(size: number, must: boolean): Ptr {
    const block = this.takeLarge(size)
    if (block === 0 && must) throw this.record.outOfMemory(size)
    return block
  }

  /**
   * Points the sweep of class `c` at the next run; `runs`: how many this refill swept in vain. False: there is no
   * room. Between the record's `enter` and `leave`.
   */
  abstract aim(c: number, runs: number): boolean

  /** A large run of at least `size` bytes, or 0. Tiers that have none refuse the size. */
  protected abstract takeLarge(size: number): Ptr

  /** Frees a large run of this thread; between `enter` and `leave`. */
  protected freeLarge(page: number): void {
    this.record.wholes.withdraw(page)
    this.record.runs.give(page)
  }

  /** All of free that is left: errors, large runs, a full cache. */
  protected freeSlow(p: number): void {
    this.requireAttached('free')
    if (p === 0) return
    const { record } = this
    const { slabs } = record
    if (classAt(this.arena, p) !== 0) this.W[record.at + R_IN] = p
    // Entering may collect, and so end the block that another thread frees at the same time: look after it.
    record.enter()
    const c = classAt(this.arena, p)
    if (c !== 0 && !record.extents.isMine(p >>> this.shift)) {
      this.freeRemote(p, c)
    } else if (c === LARGE) {
      this.freeLarge(p >>> 12)
    } else if (c !== 0) {
      slabs.makeRoom(c)
      // The same again: that may have given the block's run back.
      if (classAt(this.arena, p) === c) {
        if (slabs.isClosed(c)) slabs.drop(p, c)
        else slabs.push(p, c)
      }
    }
    record.leave()
    this.W[record.at + R_IN] = 0
    if (c === 0) this.requireLive('free', p)
  }

  /** The class of the live block at `p`; throws what is wrong with it. */
  protected requireLive(operation: string, p: number): number {
    const c = classAt(this.arena, p)
    if (c !== 0) return c
    const error = pointerError(this.arena, operation, p)
    this.record.count(error instanceof DoubleFreeError ? COUNTERS.doubleFree : COUNTERS.invalidPointer)
    throw error
  }

  protected requireSize(operation: string, what: string, size: number): void {
    if (Number.isSafeInteger(size) && size >= 0) return
    this.record.count(COUNTERS.invalidSize)
    throw new InvalidSizeError(operation, what, size, 'a whole number, 0 or more')
  }

  protected requireAttached(operation: string): void {
    if (this.isDetached) throw new DetachedHeapError(operation)
  }

  protected get isDetached(): boolean {
    return this.mine === NOBODY
  }

  /** Makes every later operation throw DetachedHeapError, at no cost before. */
  protected cutOff(): void {
    this.lists = voidOf(this.arena.geometry) | 0
    this.mine = NOBODY
  }
}
