/**
 * The fast paths of `BlockCache`, with the views and offsets of one buffer built in as constants.
 *
 * V8 folds what a closure holds fast into the machine code: no view to load, no length, no base address. It is worth
 * 1.4 to 1.6 times on tiny-hot (docs/performance.md, "What holds the views"). A class per buffer, rather than two
 * closures per heap, lets V8 inline each buffer's own methods where one call site meets two heaps; that costs
 * 10 to 20 % instead of two thirds. Beyond SPECIALISED buffers in a thread the plain class serves: a fifth class at
 * one call site would make it megamorphic.
 *
 * Whatever these methods do not finish at once, they leave to the slow paths of the class that they extend, out of
 * line (`outofline.ts`). Read `cache.ts` of `@hakmem/arena` for what each line is for. A remote free (N0 to N2 of
 * `remote.ts`) is all here, because a consumer's every free is one.
 */

import {
  announce,
  CACHED_MAX,
  CLASS_OF,
  type CONT,
  glance,
  type IN_ORDER,
  isSameMemory,
  type LARGE,
  layout,
  type MARKED,
  mark,
  type Ptr,
  peek,
  R_PROBE,
  type ThreadRecord,
} from '@hakmem/arena'
import type { Heap } from './heap.ts'
import { Never, outOfLine } from './outofline.ts'

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
  const { W, S, F, D, geometry } = arena
  const { table, extentShift, cacheWords } = geometry
  const constants = [CLASS_OF, CACHED_MAX + 1, Never, mark, peek] as const
  const Class = bind(Base, W, S, F, D, table, extentShift, cacheWords - 1, ...constants)
  classes.set(arena.id, { Class: new WeakRef(Class), W: new WeakRef(W) })
  return Class
}

/**
 * The constants are parameters, because reading a `const` of an outer function costs a check for its temporal dead
 * zone in bytecode, and malloc and free of two heaps must fit V8's budget for inlining into one loop (920 bytes): those
 * that are used more than once are put into locals as well. For the same reason locals stand to the left of `===` and
 * `+`, which spares moving the other side aside, 3 bytes each, and what is not 0 is a condition, 5 bytes each.
 */
function bind(
  Base: typeof Heap,
  W: Int32Array,
  S: Uint8Array,
  F: Uint8Array,
  D: Uint8Array,
  table: number,
  extentShift: number,
  mask: number,
  classOf: Uint8Array,
  smallLimit: number,
  none: typeof Never,
  markRemote: typeof mark,
  flagOf: typeof peek,
): typeof Heap {
  return class extends Base {
    /** What the slow path that is about to run was given, and what malloc's answers. */
    private given: unknown = 0
    private answer = 0
    /** Of a free that has only its announcement left: the first page of the block's run; else 0. */
    private head = 0
    // Out of reach: whoever asks one of them for its prototype runs a slow path.
    readonly #refill = outOfLine(() => this.slowMalloc())
    readonly #leftover = outOfLine(() => this.slowFree())

    override malloc(size: number): Ptr {
      if (typeof size === 'number' && size === size >>> 0 && size < smallLimit) {
        const words = W
        const c = classOf[(size + 15) >>> 4]
        const at = (c + this.lists) | 0
        const top = words[at]
        const p = words[top]
        if (p !== 0) {
          words[at] = (top - 1) | 0
          S[p >>> 4] = c
          return (p >>> 0) as Ptr
        }
      }
      this.given = size
      // The test is what runs it, and is never true.
      if (this.#refill instanceof none) return 0 as Ptr
      // `>>> 0` here and above keeps the pointer an integer in a register.
      return (this.answer >>> 0) as Ptr
    }

    override free(p: number): void {
      if (typeof p === 'number') {
        const words = W
        const states = S
        const i = p >>> 4
        const c = states[i] | 0
        if (p === i * 16) {
          const { mine } = this
          // As literals: a parameter takes six bytes of the budget.
          if (mine === (words[(table + (p >>> extentShift)) | 0] | (4 satisfies typeof CONT))) {
            const at = (c + this.lists) | 0
            const top = (words[at] + 1) | 0
            if (top & mask) {
              states[i] = c | 128
              words[top] = p
              words[at] = top
              return
            }
          } else if (c && c <= (63 satisfies typeof LARGE) && mine > 0) {
            // The page before the mark: behind it the owner may collect the block and give its run back.
            const page = p >>> 12
            const head = page - D[page]
            // N0, before the mark for the same reason.
            const marked = (this.lists + (385 satisfies typeof MARKED)) | 0
            if ((128 satisfies typeof IN_ORDER) > (words[marked] - i) >>> 0) words[p >>> 2] |= 0
            words[marked] = i
            markRemote(states, i)
            if (flagOf(F, head)) return
            this.head = head
          }
        }
      }
      this.given = p
      // The test is what runs it; there is nothing left to do behind it.
      if (this.#leftover instanceof none) return
    }

    private slowMalloc(): void {
      this.answer = this.allocate(this.given as number, true) | 0
    }

    private slowFree(): void {
      const { head } = this
      this.head = 0
      if (head === 0) {
        this.freeSlow(this.given as number)
        return
      }
      // By now the run may have been given back, and none be there, or another, which is flagged for nothing then.
      const c = layout.runClass(glance(this.I32, this.arena.geometry.runs + head))
      if (c !== 0) announce(this.record, head, c)
    }
  }
}
