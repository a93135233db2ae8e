/**
 * Plays a trace on the live tier of a heap, of which no block is ever touched: so memory is what the metadata says was
 * ever in use, and time (of the processor) is the allocator's alone.
 */

import { Arena, COUNTERS, FREED, layout, PAGE, packPolicy, RESIZED, ThreadRecord, TOOK } from '@hakmem/arena'
import { Heap } from '@hakmem/core'
import { beginLearning, Large, STRATEGIES, type Strategy } from '@hakmem/learning'
import { Herd, Leader } from '@hakmem/learning/learn'
import { processorTime } from './processor.ts'
import { FREE, MALLOC, peakBytes, type Trace } from './trace.ts'

/** A heap has so many times what is live at most, and these bytes at least: nobody is short of address space. */
const ROOM = 4
const LEAST_BYTES = 64 * 2 ** 20
const MOST_BYTES = 2 ** 32
/** Epochs that a learning run of a trace has, as of a program that runs so many seconds. */
const EPOCHS = 40
const EPOCH_MS = 1000
/** Events between two looks at what is known of call sites. */
const SITES_EVERY = 256

interface Outcome {
  /** Bytes that were ever part of a block, over the most that were live. */
  readonly highWater: number
  /** Of one operation. */
  readonly nanoseconds: number
  /** Operations that the heap counted, which must be those of the trace. */
  readonly operations: number
}

export class Stage {
  readonly arena: Arena
  readonly record: ThreadRecord
  private readonly large: Large
  private readonly trace: Trace
  private readonly peak: number
  private readonly blocks: Float64Array

  constructor(trace: Trace, learning: 'learn' | 'frozen', strategy?: Strategy) {
    this.trace = trace
    this.peak = peakBytes(trace)
    this.arena = Arena.create({ bytes: roomFor(trace), threads: 2, learning })
    this.record = ThreadRecord.claim(this.arena, 1)
    this.large = new Large(this.record, strategy)
    this.blocks = new Float64Array(trace.ids.reduce((most, id) => Math.max(most, id), 0) + 1)
  }

  /** Plays the whole trace. `pause` is called before each event whose number is a multiple of `every`. */
  play(every = Number.POSITIVE_INFINITY, pause?: () => void): Outcome {
    const { kinds, ids, sizes, sites } = this.trace
    const { blocks } = this
    const start = processorTime()
    let left = every
    for (let k = 0; k < kinds.length; k++) {
      if (--left === 0) {
        pause?.()
        left = every
      }
      const id = ids[k]
      if (kinds[k] === FREE) this.free(blocks[id])
      else if (kinds[k] === MALLOC) blocks[id] = this.large.take(sizes[k], sites[k])
      else blocks[id] = this.realloc(blocks[id], sizes[k])
    }
    const nanoseconds = (processorTime() - start) / kinds.length
    return { highWater: this.touchedBytes() / this.peak, nanoseconds, operations: this.counted() }
  }

  private free(p: number): void {
    if (p === 0) return
    this.record.enter()
    this.large.release(p / PAGE)
    this.record.leave()
  }

  private realloc(p: number, size: number): number {
    if (p !== 0 && this.large.resize(p / PAGE, size)) return p
    const moved = this.large.take(size)
    this.free(p)
    return moved
  }

  touchedBytes(): number {
    return touchedBytes(this.arena)
  }

  /** What the record's own counters say: a round that measured another allocator would show here. */
  private counted(): number {
    const { slabs } = this.record
    return slabs.counter(COUNTERS.largeTaken) + slabs.counter(COUNTERS.largeFreed)
  }
}

/** A whole run with a fixed strategy. */
export function playFixed(trace: Trace, strategy: Strategy): Outcome {
  return new Stage(trace, 'frozen', strategy).play()
}

/**
 * The high-water mark of a strategy that goes by call sites, as its ghost comes to it: what is known of sites is learned on
 * the way.
 */
export function highWaterBySites(trace: Trace, strategy: Strategy): number {
  const { kinds, ids, sizes, sites } = trace
  const { arena } = new Stage(trace, 'frozen')
  const herd = new Herd(arena, [strategy])
  const events = [TOOK, FREED, RESIZED]
  for (let k = 0; k < kinds.length; k++) {
    if (k % SITES_EVERY === 0) herd.publishSites()
    // Any name does for a block, here its number: page 0 is none.
    herd.tell(0, events[kinds[k]], ids[k] + 1, Math.ceil(sizes[k] / PAGE), sites[k])
  }
  return herd.candidates(0)[0].highWater / herd.peakPages
}

/** A whole run of a heap that learns; and what it learned. */
export function playLearning(trace: Trace): Outcome & { readonly stage: Stage } {
  const stage = new Stage(trace, 'learn')
  beginLearning(stage.arena)
  const time = { now: 0 }
  ThreadRecord.claim(stage.arena, 2)
  const leader = new Leader(stage.arena, 2, () => time.now)
  leader.step()
  const every = Math.max(
    32,
    Math.min(stage.arena.geometry.events >> 1, Math.ceil(trace.kinds.length / EPOCHS)),
  )
  const outcome = stage.play(every, () => {
    time.now += EPOCH_MS
    leader.step()
  })
  return { ...outcome, stage }
}

/**
 * What no adopter can beat that begins with `from`: told beforehand which strategy is `best`, it adopts that one at the
 * moment when there is anything to see, `from` having needed `lead` times as much. Both are indexes of STRATEGIES.
 */
export function playTold(trace: Trace, from: number, best: number, lead: number): number {
  const every = 32
  const goal: number[] = []
  const shown = new Stage(trace, 'frozen', STRATEGIES[best])
  shown.play(every, () => goal.push(shown.touchedBytes()))
  const stage = new Stage(trace, 'frozen')
  stage.arena.H[layout.H_POLICY] = packPolicy(from, {})
  let look = 0
  return stage.play(every, () => {
    if (stage.touchedBytes() > lead * goal[look++]) stage.arena.H[layout.H_POLICY] = packPolicy(best, {})
  }).highWater
}

/**
 * The high-water mark of a frozen heap as users have it: its caches, `cap` times as large as the default, keep what is
 * freed up to 1 MiB, by size class.
 */
export function playFrozen(trace: Trace, cap: number): number {
  const { kinds, ids, sizes } = trace
  const heap = Heap.create({ bytes: roomFor(trace), threads: 2 })
  heap.pin({ knobs: { cap } })
  const blocks = new Map<number, number>()
  for (let k = 0; k < kinds.length; k++) {
    const p = blocks.get(ids[k]) ?? 0
    if (kinds[k] === FREE) {
      heap.free(p)
      blocks.delete(ids[k])
    } else {
      blocks.set(ids[k], kinds[k] === MALLOC ? heap.malloc(sizes[k]) : heap.realloc(p, sizes[k]))
    }
  }
  heap.detach()
  return touchedBytes(heap.arena) / peakBytes(trace)
}

function roomFor(trace: Trace): number {
  return Math.min(MOST_BYTES, Math.max(LEAST_BYTES, ROOM * peakBytes(trace)))
}

/** Bytes of the arena that were ever part of a block. */
function touchedBytes({ W, geometry: g }: Arena): number {
  let pages = 0
  for (let e = g.firstExtent; e < g.extents; e++) pages += W[g.touched + e]
  return pages * PAGE
}

/** A run on a heap whose policy word is set before it begins, as by `importProfile`. */
export function playPinned(trace: Trace, policy: number): Outcome {
  const stage = new Stage(trace, 'frozen')
  stage.arena.H[layout.H_POLICY] = policy
  return stage.play()
}
