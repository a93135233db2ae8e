/**
 * A heap as the fuzzers see it: several threads of one buffer, played in turn by one, and beside it the model, a plain
 * map of the live blocks with what is written in them. Whatever the heap says is compared with the model.
 */

import { Arena, type Audit, ThreadRecord } from '@hakmem/arena'
import { Heap } from '@hakmem/core'

export interface Shape {
  readonly bytes: number
  readonly threads: number
  readonly counters: boolean
  /**
   * Whether to go on with the heap of earlier sequences. Only there the first thread has the fast paths that are
   * specialised for a buffer: a thread gets them for two buffers at a time.
   */
  readonly kept: boolean
}

interface Block {
  readonly p: number
  readonly usable: number
  readonly seed: number
}

export interface Player {
  heap: Heap
  thread: number
  isDetached: boolean
}

/** What a fuzzer found: the heap and the model disagree. */
export class Finding extends Error {
  /** The call of the sequence that showed it. */
  at = Number.POSITIVE_INFINITY
}

export function insist(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new Finding(message())
}

/** Bytes at either end of a block that are written and compared word by word; between them one word in SPARSE bytes. */
const DENSE = 512
const SPARSE = 2048
/** Freed pointers that are remembered, to be passed again. */
const STALE = 64
const FIRST_THREAD = 1

export class World {
  readonly shape: Shape
  readonly players: Player[]
  readonly arena: Arena
  readonly live = new Map<number, Block>()
  /** Live and freed pointers in the order in which `Arg.pick` counts them. */
  readonly order: number[] = []
  readonly stale: number[] = []
  liveBytes = 0
  private seed = 1
  private nextThread = 100
  private turn = 0

  private constructor(first: Heap, shape: Shape) {
    this.shape = shape
    this.arena = first.arena
    this.players = [{ heap: first, thread: threadOf(first), isDetached: false }]
    for (let index = 1; index < shape.threads; index++) this.attach(index)
  }

  private static kept = new Map<string, Heap>()

  static open(shape: Shape): World {
    const { bytes, threads, counters } = shape
    if (!shape.kept) {
      const arena = Arena.create({ bytes, threads, counters })
      return new World(new Heap(ThreadRecord.claim(arena, FIRST_THREAD)), shape)
    }
    const first = World.kept.get(keyOf(shape))
    // Until the sequence has come to a good end, the next one gets a heap of its own.
    World.kept.delete(keyOf(shape))
    const heap = first === undefined ? Heap.create({ bytes, threads, counters }) : Heap.attach(first.handle)
    return new World(heap, shape)
  }

  /** A thread in the place of player `index`, under an id that none had. */
  attach(index: number): void {
    if (index === 0 && this.shape.kept) {
      const heap = Heap.attach({ buffer: this.arena.buffer })
      this.players[0] = { heap, thread: threadOf(heap), isDetached: false }
    } else {
      while (this.players.some(({ thread }) => thread === this.nextThread)) this.nextThread++
      this.claim(index, this.nextThread++)
    }
  }

  /** The same under a certain id; taken over from itself, if that thread is attached. */
  claim(index: number, thread: number): void {
    const heap = new Heap(ThreadRecord.claim(this.arena, thread))
    this.players[index] = { heap, thread, isDetached: false }
  }

  // ---- the model ----------------------------------------------------------------------------------------------------

  /** Enters a block that the heap just gave, and fills it with what only it holds. */
  enter(heap: Heap, p: number, size: number, alignment = 16): void {
    insist(Number.isInteger(p) && p > 0 && p < this.arena.geometry.bytes, () => `${p} is no pointer`)
    insist(p % Math.max(16, alignment) === 0, () => `${p} is no multiple of ${alignment}`)
    insist(!this.live.has(p), () => `the block at ${p} was handed out twice`)
    const usable = heap.usableSize(p)
    insist(usable >= size, () => `${usable} bytes for a request of ${size}`)
    const around = this.around(p) ?? this.around(p + usable - 1)
    insist(around === undefined, () => `${p} lies in the live block at ${around?.p}`)
    const block = { p, usable, seed: this.seed++ }
    this.live.set(p, block)
    this.order.push(p)
    this.liveBytes += usable
    const W = this.arena.W
    for (let at = p; at < p + usable; at = following(block, at)) W[at >>> 2] = patternOf(block, at >>> 2)
  }

  /** Takes out a block that the heap just freed, or is about to. */
  leave(p: number): void {
    const block = this.live.get(p)
    insist(block !== undefined, () => `the model has no block at ${p}`)
    this.live.delete(p)
    this.liveBytes -= block.usable
    const last = this.order.pop() as number
    if (last !== p) this.order[this.order.indexOf(p)] = last
    this.stale.push(p)
    if (this.stale.length > STALE) this.stale.shift()
  }

  /** The live block that covers the byte at `p`. */
  around(p: number): Block | undefined {
    for (const block of this.live.values()) if (p >= block.p && p < block.p + block.usable) return block
    return undefined
  }

  /** Contents of one block, in rotation: cheap enough to follow every call. */
  checkNext(): void {
    if (this.order.length > 0) this.check(this.order[this.turn++ % this.order.length])
  }

  check(p: number): void {
    const block = this.live.get(p) as Block
    const at = firstDamage(this.arena.W, block, block.usable, p)
    insist(at === undefined, () => `the block at ${p} (${block.usable} bytes) was changed at ${at}`)
  }

  /** All contents, and the audit: sound, complete, and just as much live as the model has. */
  checkAll(): Audit {
    for (const p of this.order) this.check(p)
    const audit = this.players[0].heap.audit()
    insist(audit.ok, () => `audit: ${audit.problems.slice(0, 3).join('; ')}`)
    insist(
      audit.live === this.liveBytes,
      () => `audit: ${audit.live} bytes live, the model has ${this.liveBytes}`,
    )
    const sum = audit.metadata + audit.live + audit.cached + audit.remote + audit.free
    insist(sum === audit.capacity, () => `audit: accounts for ${sum} of ${audit.capacity} bytes`)
    return audit
  }

  /** Frees everything, by any thread: then nothing may be left, and a block of the whole room must fit. */
  close(): void {
    this.checkAll()
    for (const [index, { isDetached }] of this.players.entries()) if (isDetached) this.attach(index)
    for (let k = 0; this.order.length > 0; k++) {
      const p = this.order[this.order.length - 1]
      this.players[k % this.players.length].heap.free(p)
      this.leave(p)
    }
    for (const { heap } of this.players) heap.park()
    // What others had freed to a thread that was reaped waits for adoption: a request for everything adopts it.
    const { capacity, metadata } = this.checkAll()
    const heap = this.players[0].heap
    heap.free(heap.malloc(capacity - metadata))
    heap.park()
    const audit = this.checkAll()
    insist(
      audit.free === audit.capacity - audit.metadata,
      () => `${audit.capacity - audit.metadata - audit.free} bytes left`,
    )
    for (const player of this.players) player.heap.detach()
    if (this.shape.kept) World.kept.set(keyOf(this.shape), heap)
  }
}

function keyOf({ bytes, threads, counters }: Shape): string {
  return `${bytes} ${threads} ${counters}`
}

function threadOf({ record }: Heap): number {
  return record.arena.W[record.at] - 1
}

/** The word of a block to write and compare after the one at `at`. */
function following({ p, usable }: Block, at: number): number {
  return at < p + DENSE || at >= p + usable - DENSE ? at + 4 : Math.min(at + SPARSE, p + usable - DENSE)
}

function patternOf({ seed }: Block, word: number): number {
  return (Math.imul(seed, 0x9e3779b1) ^ word) | 0
}

/** Where the contents of the first `length` bytes of a block are not as written, if it was moved to `p`. */
export function firstDamage(W: Int32Array, block: Block, length: number, p: number): number | undefined {
  const shift = p - block.p
  for (let at = block.p; at + 4 <= block.p + length; at = following(block, at)) {
    if (W[(at + shift) >>> 2] !== patternOf(block, at >>> 2)) return at + shift
  }
  return undefined
}
