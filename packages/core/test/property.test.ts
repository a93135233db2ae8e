// Random operations against a plain model: blocks never overlap, are aligned, keep their contents, and the audit
// counts just what is live.

import { Arena, ThreadRecord } from '@hakmem/arena'
import { Heap } from '@hakmem/core'
import { assert, suite } from '@hakmem/testing'
import fc from 'fast-check'
import { firstDamage, Model } from './model.ts'
import { soundAudit } from './support.ts'

const MIB = 2 ** 20

/** What is done next, by which thread; `pick` chooses among the live blocks, modulo their number. */
type Step =
  | { kind: 'malloc' | 'tryMalloc' | 'calloc' | 'site'; who: number; size: number }
  | { kind: 'memalign'; who: number; size: number; alignment: number }
  | { kind: 'realloc'; who: number; size: number; pick: number }
  | { kind: 'free'; who: number; pick: number }
  | { kind: 'batch'; who: number; size: number; count: number }
  | { kind: 'freeMany'; who: number; count: number }
  | { kind: 'flush' | 'park' | 'reattach'; who: number }

const who = fc.nat(2)
const pick = fc.nat(2 ** 20)
/** 1 B to 8 MiB, every magnitude as likely as any other. */
const size = fc
  .tuple(fc.integer({ min: 0, max: 22 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([log, part]) => Math.max(1, Math.floor(2 ** log * (1 + part))))
const smallSize = fc.integer({ min: 1, max: 3000 })

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('malloc' as const), who, size }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('tryMalloc' as const), who, size }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('calloc' as const), who, size }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('site' as const), who, size }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('memalign' as const),
      who,
      size,
      alignment: fc.nat(19).map((log) => 2 ** log),
    }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('realloc' as const), who, size, pick }) },
  { weight: 14, arbitrary: fc.record({ kind: fc.constant('free' as const), who, pick }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('batch' as const), who, size: smallSize, count: fc.nat(300) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('freeMany' as const), who, count: fc.nat(300) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('flush' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('park' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reattach' as const), who }) },
)

/** Threads of one heap, played in turn, and the model that all of them share. */
class Play {
  readonly heaps: Heap[]
  readonly model = new Model()
  private readonly arena: Arena
  private ids = 100

  constructor(threads: number, bytes: number) {
    this.arena = Arena.create({ bytes, threads })
    this.heaps = Array.from({ length: threads }, () => this.attach())
  }

  attach(): Heap {
    return new Heap(ThreadRecord.claim(this.arena, this.ids++))
  }

  run(step: Step): void {
    const { model } = this
    const index = step.who % this.heaps.length
    const heap = this.heaps[index]
    const enter = (p: number, bytes: number, alignment = 16) => {
      if (p !== 0) model.add(heap, p, bytes, alignment)
    }
    switch (step.kind) {
      case 'malloc':
        enter(
          orFull(() => heap.malloc(step.size)),
          step.size,
        )
        break
      case 'tryMalloc':
        enter(heap.tryMalloc(step.size), step.size)
        break
      case 'site':
        enter(heap.site(`site ${step.size % 5}`).tryMalloc(step.size), step.size)
        break
      case 'calloc': {
        const p = orFull(() => heap.calloc(1, step.size))
        if (p === 0) return
        assert.is(
          heap.U8.subarray(p, p + step.size).findIndex((byte) => byte !== 0),
          -1,
          'calloc gave no zeros',
        )
        enter(p, step.size)
        break
      }
      case 'memalign': {
        const alignment = Math.max(16, step.alignment)
        enter(
          orFull(() => heap.memalign(step.alignment, step.size)),
          step.size,
          alignment,
        )
        break
      }
      case 'realloc': {
        if (model.blocks.length === 0) return
        const at = step.pick % model.blocks.length
        const p = orFull(() => heap.realloc(model.blocks[at].p, step.size))
        if (p === 0) return
        const { p: old, usable, seed } = model.blocks[at]
        const kept = Math.min(usable, step.size)
        assert.is(firstDamage(heap, { p: old, usable, seed }, kept, p), undefined, 'realloc lost contents')
        model.drop(at)
        enter(p, step.size)
        break
      }
      case 'free':
        if (model.blocks.length > 0) heap.free(model.take(heap, step.pick % model.blocks.length).p)
        break
      case 'batch': {
        const out = new Uint32Array(step.count)
        const got = heap.mallocBatch(step.size, out)
        for (const p of out.subarray(0, got)) enter(p, step.size)
        break
      }
      case 'freeMany': {
        const list: number[] = []
        for (let k = 0; k < step.count && model.blocks.length > 0; k++) {
          list.push(model.take(heap, (k * 7919) % model.blocks.length).p)
        }
        heap.freeBatch(list)
        break
      }
      case 'flush':
        heap.flush()
        break
      case 'park':
        heap.park()
        break
      case 'reattach':
        heap.detach()
        this.heaps[index] = this.attach()
        break
    }
  }

  /** Frees everything, by any thread: then nothing may be left, and the largest block must fit that ever did. */
  end(): void {
    const { model, heaps } = this
    model.compare(heaps[0])
    for (let k = 0; model.blocks.length > 0; k++) {
      const heap = heaps[k % heaps.length]
      heap.free(model.take(heap, 0).p)
    }
    for (const heap of heaps) heap.park()
    const audit = soundAudit(heaps[0])
    assert.is(audit.free, audit.capacity - audit.metadata)
    heaps[0].free(heaps[0].malloc(audit.free))
  }
}

/** 0 where there is no room: the model cannot tell what fits, only what must hold of whatever did. */
function orFull(body: () => number): number {
  try {
    return body()
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_HAKMEM_OUT_OF_MEMORY') return 0
    throw error
  }
}

const test = suite('random operations, against a model')

const CONFIGURATIONS: [threads: number, bytes: number, runs: number][] = [
  [1, 64 * MIB, 8],
  [1, MIB, 30],
  [2, MIB, 40],
  [3, 16 * MIB, 20],
  [3, 300 * MIB, 4],
]

for (const [threads, bytes, numRuns] of CONFIGURATIONS) {
  test(
    `${threads} threads in ${bytes / MIB} MiB`,
    () => {
      const property = fc.property(fc.array(step, { minLength: 1, maxLength: 400, size: 'max' }), (steps) => {
        const play = new Play(threads, bytes)
        for (const [k, one] of steps.entries()) {
          play.run(one)
          if (k % 64 === 63) assert.is(soundAudit(play.heaps[0]).live, play.model.live)
        }
        play.end()
      })
      fc.assert(property, { numRuns, seed: 20_261_123, endOnFailure: false })
    },
    { timeout: 60_000 },
  )
}

test.run()
