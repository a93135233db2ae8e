/**
 * The fast paths of `BlockCache`, with the views and offsets of one buffer built in as constants.
 *
 * V8 folds what a closure holds fast into the machine code: no view to load, no length, no base address. It is worth
 * 1.4 to 1.6 times on tiny-hot (docs/performance.md, "What holds the views"). A class per buffer, rather than two
 * closures per heap, lets V8 inline each buffer's own methods where one call site meets two heaps; that costs
 * 10 to 20 % instead of two thirds. Beyond SPECIALISED buffers in a thread the plain class serves: a fifth class at
 * one call site would make it megamorphic.
 *
 * Whatever these methods do not finish at once, they leave to the slow paths of the class that they extend. Read
 * `cache.ts` of `@hakmem/arena` for what each line is for.
 */

import {
  announce,
  CLASS_OF,
  CONT,
  isSameMemory,
  LARGE,
  LARGE_MIN,
  mark,
  type Ptr,
  peek,
  R_PROBE,
  type ThreadRecord,
  TINY_CLASSES,
} from '@hakmem/arena'
import type { Heap } from './heap.ts'

/** Buffers per thread that get a class of their own. */
const SPECIALISED = 2

/** The classes so far, by the id of the heap; weakly, for they hold its buffer. */
const classes = new Map<string, { readonly Class: WeakRef<typeof Heap>; readonly W: WeakRef<Int32Array> }>()

/** `Base` with the fast paths for the record's arena, or `Base` itself if the thread has had its share. */
export function specialise(Base: typeof Heap, record: ThreadRecord): typeof Heap {
  const { arena } = record
  const known = classes.get(arena.id)
  const views = known?.W.deref()
  const Known = known?.Class.deref()
  if (Known !== undefined && views !== undefined && isSameMemory(views, arena.W, record.at + R_PROBE))
    return Known
  for (const [id, { Class }] of classes) if (Class.deref() === undefined) classes.delete(id)
  if (classes.size >= SPECIALISED || Known !== undefined) return Base
  const { W, S, F, geometry } = arena
  const { table, extentShift, slabShift } = geometry
  const constants = [CLASS_OF, LARGE_MIN, CONT, LARGE, TINY_CLASSES, mark, peek] as const
  const Class = bind(Base, W, S, F, table, extentShift, slabShift, ...constants)
  classes.set(arena.id, { Class: new WeakRef(Class), W: new WeakRef(W) })
  return Class
}

/**
 * The constants are parameters, because reading a `const` of an outer function costs a check for its temporal dead
 * zone in bytecode, and malloc and free of two heaps must fit V8's budget for inlining into one loop (920 bytes).
 */
function bind(
  Base: typeof Heap,
  W: Int32Array,
  S: Uint8Array,
  F: Uint8Array,
  table: number,
  extentShift: number,
  slabShift: number,
  classOf: Uint8Array,
  smallLimit: number,
  cont: number,
  lastClass: number,
  lastTiny: number,
  markRemote: typeof mark,
  flagOf: typeof peek,
): typeof Heap {
  return class extends Base {
    override malloc(size: number): Ptr {
      if (typeof size === 'number' && size >>> 0 === size && size < smallLimit) {
        const c = classOf[(size + 15) >>> 4]
        const at = (this.lists + 2 * c) | 0
        const top = W[at]
        const p = W[top]
        if (p !== 0) {
          W[at] = (top - 1) | 0
          S[p >>> 4] = c
          return (p >>> 0) as Ptr
        }
      }
      // `>>> 0` here and above keeps the pointer an integer in a register: what a call returns is tagged.
      return ((this.allocate(size, true) as number) >>> 0) as Ptr
    }

    override free(p: number): void {
      if (typeof p !== 'number') {
        this.freeSlow(p)
        return
      }
      const i = p >>> 4
      const c = S[i]
      if (i * 16 === p && (W[(table + (p >>> extentShift)) | 0] | cont) === this.mine) {
        const at = (this.lists + 2 * c) | 0
        const top = (W[at] + 1) | 0
        if (top <= W[at + 1]) {
          S[i] = c | 128
          W[top] = p
          W[at] = top
          return
        }
      }
      this.freeOther(p, c)
    }

    protected override freeOther(p: number, c: number): void {
      const i = p >>> 4
      if (
        i * 16 === p &&
        c > 0 &&
        c <= lastClass &&
        (W[(table + (p >>> extentShift)) | 0] | cont) !== this.mine &&
        this.mine > 0
      ) {
        const page = c <= lastTiny ? (p >>> slabShift) << (slabShift - 12) : this.record.slabs.headPage(p, c)
        markRemote(S, i)
        if (flagOf(F, page) === 0) announce(this.record, page, c)
      } else {
        this.freeSlow(p)
      }
    }
  }
}
