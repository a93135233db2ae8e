// A stack overflow is caught and the thread lives on, with whatever it was doing half done. Operations are called
// ever closer to the end of the stack, in steps of 16 bytes; afterwards the heap must be sound, hold all that the
// program holds, and at most one block more for each time that a pointer never reached the program.

import { ThreadRecord } from '@hakmem/arena'
import { Heap, isHeapError } from '@hakmem/core'
import { assert, suite } from '@hakmem/testing'
import { randomFrom } from '@hakmem/testing/random'
import { Model } from './model.ts'
import { soundAudit } from './support.ts'

const MIB = 2 ** 20
const ROUNDS = 500

/** Takes its further arguments' room on the stack: 8 bytes each. */
type Filling = (words: number, body: () => void, ...more: number[]) => void
const WIDE = 512
const FILL = new Array<number>(WIDE).fill(0)

/** Calls `body` with about `words` times 8 bytes of the stack taken. */
function dive(words: number, body: () => void): void {
  if (words >= WIDE) wide(words - WIDE, body, ...FILL)
  else last(words, body, ...FILL.slice(0, words))
}

const wide: Filling = (words, body) => dive(words, body)
const last: Filling = (_, body) => body()

/** Whether `body` ran out of stack. Any other error is the heap's, and means that something is broken. */
function overflows(body: () => void): boolean {
  try {
    body()
    return false
  } catch (error) {
    if (isHeapError(error) || !(error instanceof RangeError)) throw error
    return true
  }
}

interface Play {
  readonly heap: Heap
  readonly other: Heap
  readonly model: Model
  readonly random: (below: number) => number
  /** What is being freed. */
  list: number[]
  /** What the operation at the end of the stack gave; 0 if nothing. */
  got: number
  size: number
}

function aSize(random: (below: number) => number): number {
  return 1 + random(2 ** (3 + random(15)))
}

/** Each prepares on an ample stack, and returns what to do at the end of it. */
const OPERATIONS: [name: string, prepare: (play: Play) => () => void][] = [
  [
    'malloc',
    (play) => {
      play.size = aSize(play.random)
      return () => {
        play.got = play.heap.tryMalloc(play.size)
      }
    },
  ],
  [
    'malloc of a large block',
    (play) => {
      play.size = 65_536 + play.random(500_000)
      return () => {
        play.got = play.heap.tryMalloc(play.size)
      }
    },
  ],
  [
    'calloc',
    (play) => {
      play.size = aSize(play.random)
      return () => {
        play.got = play.heap.calloc(1, play.size)
      }
    },
  ],
  [
    'memalign',
    (play) => {
      play.size = aSize(play.random)
      const alignment = 2 ** play.random(18)
      return () => {
        play.got = play.heap.memalign(alignment, play.size)
      }
    },
  ],
  ['free', (play) => freeing(play, play.heap)],
  ['free by another thread', (play) => freeing(play, play.other)],
  [
    'realloc',
    (play) => {
      play.size = aSize(play.random) * (play.random(2) === 0 ? 1 : 4)
      const { model, heap } = play
      if (model.blocks.length === 0) return () => {}
      const { p } = model.drop(play.random(model.blocks.length))
      play.got = p
      return () => {
        play.got = heap.realloc(p, play.size)
      }
    },
  ],
  [
    'flush',
    ({ heap }) =>
      () =>
        heap.flush(),
  ],
  [
    'park',
    ({ heap }) =>
      () =>
        heap.park(),
  ],
  [
    'flush of another thread',
    ({ other }) =>
      () =>
        other.flush(),
  ],
  [
    'audit',
    ({ heap }) =>
      () =>
        void heap.audit(),
  ],
]

function freeing(play: Play, heap: Heap): () => void {
  const { model } = play
  if (model.blocks.length === 0) return () => {}
  // A few at once, so that caches fill and are flushed.
  const list = Array.from({ length: Math.min(model.blocks.length, 1 + play.random(40)) }, () => {
    const { p } = model.take(heap, play.random(model.blocks.length))
    return p
  })
  play.list = list
  return () => {
    for (let k = 0; k < list.length; k++) heap.free(list[k])
  }
}

/** Live blocks, by the state map. */
function liveBlocks(heap: Heap): number {
  const { S } = heap.arena
  let count = 0
  for (let i = 0; i < S.length; i++) if (S[i] > 0 && S[i] < 128) count++
  return count
}

const test = suite('at the end of the stack')

for (const [seed, [name, prepare]] of OPERATIONS.entries()) {
  test(`${name} is done, or can be done again`, () => {
    using heap = Heap.create({ bytes: 4 * MIB, threads: 2 })
    using other = new Heap(ThreadRecord.claim(heap.arena, 4000))
    const model = new Model()
    const random = randomFrom(seed)
    const play: Play = { heap, other, model, random, got: 0, size: 0, list: [] }
    let throws = 0
    let words = 2 ** 20
    let found = false
    for (let round = 0; round < ROUNDS; round++) {
      // Enough on the heap to have something to free, and enough gone to have something to find.
      while (model.blocks.length < 60) {
        // Those to free are of a class whose cache is soon full.
        const size = name.startsWith('free') && random(4) > 0 ? 1024 : aSize(random)
        const p = heap.tryMalloc(size)
        if (p === 0) break
        model.add(heap, p, size)
      }
      for (let k = 0; k < 12 && model.blocks.length > 0; k++) {
        const by = random(2) === 0 ? heap : other
        by.free(model.take(heap, random(model.blocks.length)).p)
      }
      play.got = 0
      const body = prepare(play)
      let reached = false
      const threw = overflows(() =>
        dive(words, () => {
          reached = true
          body()
        }),
      )
      // From where the body just begins to where it ends, in small steps; then again.
      found ||= reached
      if (!reached) words -= found ? 16 : words >> 3
      else if (!threw) words += 100 + random(100)
      else {
        throws++
        words -= 2 + random(8)
      }
      // What threw may have moved or freed the block, or not.
      for (const p of [play.got, ...play.list]) if (heap.owns(p)) model.add(heap, p, 0)
      play.list = []

      if (round % 16 !== 0) continue
      // What a throw left half done is recovered by the next slow path.
      heap.flush()
      other.flush()
      const { live } = soundAudit(heap)
      const lost = liveBlocks(heap) - model.blocks.length
      assert.ok(lost >= 0, `${-lost} blocks of the program are gone`)
      assert.ok(lost <= throws, `${lost} blocks lost in ${throws} overflows`)
      assert.ok(live - model.live >= 16 * lost && (lost > 0 || live === model.live))
    }
    assert.ok(throws >= 20, `only ${throws} overflows`)
    if (/large|^flush$|park/.test(name))
      assert.ok(heap.stats().total.recovered > 10, 'none was inside a slow path')
    for (const block of model.blocks) assert.is(heap.usableSize(block.p), block.usable)
    while (model.blocks.length > 0) heap.free(model.take(heap, 0).p)
    // And what no pointer is left to.
    const { S, geometry } = heap.arena
    for (let i = 0; i < S.length; i++) if (S[i] > 0 && S[i] < 128) heap.free(i * 16)
    other.park()
    heap.free(heap.malloc(geometry.bytes - soundAudit(heap).metadata))
  })
}

test.run()
