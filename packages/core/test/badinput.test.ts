// Whatever is passed where a pointer, a size or an alignment belongs: an error that names the cause, an intact heap,
// and not one byte lost.

import { Arena, ThreadRecord } from '@hakmem/arena'
import { Heap, type InvalidPointerError, isHeapError } from '@hakmem/core'
import { assert, codeOf, suite, thrownBy, untyped } from '@hakmem/testing'
import { soundAudit } from './support.ts'

const MIB = 2 ** 20
const BYTES = 2 * MIB

const INVALID = 'ERR_HAKMEM_INVALID_POINTER'
const DOUBLE = 'ERR_HAKMEM_DOUBLE_FREE'
const SIZE = 'ERR_HAKMEM_INVALID_SIZE'
const FULL = 'ERR_HAKMEM_OUT_OF_MEMORY'
const DETACHED = 'ERR_HAKMEM_DETACHED'

/** Two threads, with live blocks of every kind from both, so that there is something to damage. */
interface World {
  readonly mine: Heap
  readonly other: Heap
  readonly tiny: number
  readonly mid: number
  readonly large: number
  readonly foreign: number
}

function world(counters = false): World {
  const arena = Arena.create({ bytes: BYTES, threads: 2, counters })
  const [mine, other] = [7, 8].map((thread) => new Heap(ThreadRecord.claim(arena, thread)))
  for (const heap of [mine, other]) for (const size of [40, 3000, 70_000]) heap.malloc(size)
  const [tiny, mid, large] = [100, 5000, 300_000].map((size) => mine.malloc(size))
  return { mine, other, tiny, mid, large, foreign: other.malloc(100) }
}

/** Values that are never a pointer, and what the error says of them. */
const NO_POINTERS: [what: string, value: unknown, reason: InvalidPointerError['reason']][] = [
  ['NaN', Number.NaN, 'not a number'],
  ['a string', '4096', 'not a number'],
  ['an empty string', '', 'not a number'],
  ['an object', {}, 'not a number'],
  ['an array', [4096], 'not a number'],
  ['undefined', undefined, 'not a number'],
  ['null', null, 'not a number'],
  ['true', true, 'not a number'],
  ['false', false, 'not a number'],
  ['a function', () => 4096, 'not a number'],
  ['a bigint', 4096n, 'not a number'],
  ['a symbol', Symbol('pointer'), 'not a number'],
  ['a negative number', -16, 'not an integer from 0 to 2^32 - 1'],
  ['a fraction', 16.5, 'not an integer from 0 to 2^32 - 1'],
  ['infinity', Number.POSITIVE_INFINITY, 'not an integer from 0 to 2^32 - 1'],
  ['minus infinity', Number.NEGATIVE_INFINITY, 'not an integer from 0 to 2^32 - 1'],
  ['2^32', 2 ** 32, 'not an integer from 0 to 2^32 - 1'],
  ['2^53', 2 ** 53, 'not an integer from 0 to 2^32 - 1'],
  ['the smallest fraction', Number.MIN_VALUE, 'not an integer from 0 to 2^32 - 1'],
  ['the end of the heap', BYTES, 'beyond the end of the heap'],
  ['beyond the end of the heap', BYTES + 4096, 'beyond the end of the heap'],
  ['the last multiple of 16', 2 ** 32 - 16, 'beyond the end of the heap'],
  ['the last integer', 2 ** 32 - 1, 'beyond the end of the heap'],
  ['1', 1, 'not a multiple of 16'],
  ['the header', 16, 'in the metadata'],
  ['the metadata', 8192, 'in the metadata'],
  ['the last bytes of the heap', BYTES - 16, 'not allocated (it never was, or was freed before)'],
]

/** Pointers near live blocks that are none. */
const NEAR: [what: string, of: (w: World) => number, reason: InvalidPointerError['reason']][] = [
  ['a byte into a tiny block', (w) => w.tiny + 1, 'not a multiple of 16'],
  ['8 bytes into a tiny block', (w) => w.tiny + 8, 'not a multiple of 16'],
  ['16 bytes into a tiny block', (w) => w.tiny + 16, 'not the start of a block'],
  ['a byte before a mid block', (w) => w.mid - 1, 'not a multiple of 16'],
  ['16 bytes into a mid block', (w) => w.mid + 16, 'not the start of a block'],
  ['a page into a mid block', (w) => w.mid + 4096, 'not the start of a block'],
  ['16 bytes into a large block', (w) => w.large + 16, 'not the start of a block'],
  ['an extent into a large block', (w) => w.large + 65_536, 'not the start of a block'],
  [
    'the last 16 bytes of a large block',
    (w) => w.large + 300_000 - (300_000 % 16),
    'not the start of a block',
  ],
  ['16 bytes into a block of another thread', (w) => w.foreign + 16, 'not the start of a block'],
  ['a fraction into a block', (w) => w.tiny + 0.5, 'not an integer from 0 to 2^32 - 1'],
  ['a block, plus 2^32', (w) => w.tiny + 2 ** 32, 'not an integer from 0 to 2^32 - 1'],
  ['a block, negated', (w) => -w.tiny, 'not an integer from 0 to 2^32 - 1'],
]

/** Every operation that takes a pointer. */
const WITH_POINTER: [name: string, use: (heap: Heap, p: number) => unknown][] = [
  ['free', (heap, p) => heap.free(p)],
  ['freeBatch', (heap, p) => heap.freeBatch([p])],
  ['usableSize', (heap, p) => heap.usableSize(p)],
  ['realloc', (heap, p) => heap.realloc(p, 1000)],
  ['bytes', (heap, p) => heap.bytes(p)],
]

/** `body` must throw a code, and nothing may have changed: nothing lost, nothing gained, all sound. */
function refused(heap: Heap, code: string, body: () => unknown): void {
  const before = soundAudit(heap)
  assert.is(codeOf(body), code)
  assert.equal(soundAudit(heap), before)
}

const test = suite('bad pointers')

const cases = [
  ...NO_POINTERS.map(([what, value, reason]) => [what, () => value, reason] as const),
  ...NEAR.map(([what, of, reason]) => [what, of, reason] as const),
]
for (const [what, of, reason] of cases) {
  test(`${what}: ${reason}`, () => {
    for (const counters of [false, true]) {
      const w = world(counters)
      for (const [name, use] of WITH_POINTER) {
        const value = untyped<number>(of(w))
        refused(w.mine, INVALID, () => use(w.mine, value))
        const error = thrownBy(() => use(w.mine, value))
        assert.is((error as InvalidPointerError).reason, reason, name)
        assert.ok(String(error).includes(name === 'freeBatch' ? 'free' : name), `${name}: ${error}`)
      }
      assert.is(w.mine.owns(untyped<number>(of(w))), false)
      assert.is(w.mine.stats().total.invalidPointer, 2 * WITH_POINTER.length)
    }
  })
}

test('an object whose valueOf is a live block is no pointer', () => {
  const w = world()
  refused(w.mine, INVALID, () => w.mine.free(untyped<number>({ valueOf: () => w.tiny })))
  refused(w.mine, INVALID, () => w.mine.free(untyped<number>(String(w.tiny))))
  assert.ok(w.mine.owns(w.tiny))
})

test('the same in a heap with methods of its own (created, not assembled)', () => {
  for (const counters of [false, true]) {
    using heap = Heap.create({ bytes: BYTES, counters })
    heap.malloc(50)
    for (const [what, value] of NO_POINTERS) {
      for (const [name, use] of WITH_POINTER) {
        assert.is(
          codeOf(() => use(heap, untyped<number>(value))),
          INVALID,
          `${name} of ${what}`,
        )
      }
    }
    assert.is(soundAudit(heap).live, 64)
  }
})

test.run()

const double = suite('double frees')

const KINDS: [string, number][] = [
  ['a tiny block', 100],
  ['a mid block', 5000],
  ['a large block', 300_000],
]

/** How a block comes to be freed the first time, and what the error then says of it. */
const FIRST: [what: string, free: (w: World, p: number) => void, found: RegExp][] = [
  ['by its owner', (w, p) => w.mine.free(p), /now cached|not allocated/],
  ['by another thread', (w, p) => w.other.free(p), /now freed by another thread/],
]

for (const [kind, size] of KINDS) {
  for (const [how, free, found] of FIRST) {
    double(`${kind} that was freed ${how}, freed again by either`, () => {
      const w = world()
      // Two, so that the run outlives the one that is freed.
      const [p] = [w.mine.malloc(size), w.mine.malloc(size)]
      free(w, p)
      for (const heap of [w.mine, w.other]) {
        const before = soundAudit(heap)
        for (const use of [() => heap.free(p), () => heap.realloc(p, 10), () => heap.usableSize(p)]) {
          const error = thrownBy(use)
          assert.ok(isHeapError(error))
          assert.match(error.message, found)
          if (size < 65_536 || how === 'by another thread') assert.is(error.code, DOUBLE)
        }
        assert.equal(soundAudit(heap), before)
      }
    })
  }

  double(`${kind} after a flush of its owner`, () => {
    const w = world()
    const [p] = [w.mine.malloc(size), w.mine.malloc(size)]
    w.other.free(p)
    w.mine.flush()
    for (const heap of [w.mine, w.other]) {
      refused(heap, size < 65_536 ? DOUBLE : INVALID, () => heap.free(p))
    }
  })

  double(`${kind} after its owner detached`, () => {
    const w = world()
    const [p, q] = [w.mine.malloc(size), w.mine.malloc(size)]
    w.mine.free(p)
    w.mine.detach()
    const before = soundAudit(w.other)
    assert.is(
      codeOf(() => w.other.free(p)),
      size < 65_536 ? DOUBLE : INVALID,
    )
    assert.equal(soundAudit(w.other), before)
    const usable = w.other.usableSize(q)
    w.other.free(q)
    assert.is(soundAudit(w.other).live, before.live - usable)
    assert.ok([DOUBLE, INVALID].includes(codeOf(() => w.other.free(q))))
    assert.is(
      codeOf(() => w.mine.free(q)),
      DETACHED,
    )
    assert.is(soundAudit(w.other).live, before.live - usable)
  })

  double(`${kind} that its owner freed twice, through realloc`, () => {
    const w = world()
    const p = w.mine.malloc(size)
    w.mine.malloc(size)
    const q = w.mine.realloc(p, 400_000)
    if (q !== p) assert.ok([DOUBLE, INVALID].includes(codeOf(() => w.mine.free(p))))
    w.mine.free(q)
    const before = soundAudit(w.mine)
    assert.ok([DOUBLE, INVALID].includes(codeOf(() => w.mine.free(q))))
    assert.equal(soundAudit(w.mine), before)
  })
}

double('each is counted', () => {
  const w = world()
  w.mine.free(w.tiny)
  for (let k = 1; k <= 5; k++) {
    refused(w.mine, DOUBLE, () => w.mine.free(w.tiny))
    assert.is(w.mine.stats().total.doubleFree, k)
  }
})

double.run()

const sizes = suite('bad sizes')

const NO_SIZES: [what: string, value: unknown][] = [
  ['a negative number', -1],
  ['minus a lot', -(2 ** 40)],
  ['a fraction', 1.5],
  ['a large fraction', 70_000.5],
  ['NaN', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['minus infinity', Number.NEGATIVE_INFINITY],
  ['beyond exact integers', 2 ** 53],
  ['a string', '100'],
  ['an object', {}],
  ['an array', [100]],
  ['undefined', undefined],
  ['null', null],
  ['true', true],
  ['a bigint', 100n],
  ['a symbol', Symbol('size')],
]

/** Every operation that takes a size, on the live block `p` where it takes one. */
const WITH_SIZE: [name: string, use: (heap: Heap, size: number, p: number) => unknown][] = [
  ['malloc', (heap, size) => heap.malloc(size)],
  ['tryMalloc', (heap, size) => heap.tryMalloc(size)],
  ['calloc size', (heap, size) => heap.calloc(1, size)],
  ['calloc count', (heap, size) => heap.calloc(size, 1)],
  ['realloc', (heap, size, p) => heap.realloc(p, size)],
  ['realloc of 0', (heap, size) => heap.realloc(0, size)],
  ['memalign size', (heap, size) => heap.memalign(64, size)],
  ['memalign alignment', (heap, size) => heap.memalign(size, 64)],
  ['mallocBatch', (heap, size) => heap.mallocBatch(size, new Uint32Array(3))],
  ['site', (heap, size) => heap.site('x').malloc(size)],
  ['site, try', (heap, size) => heap.site('x').tryMalloc(size)],
]

for (const [what, value] of NO_SIZES) {
  sizes(`${what} is a RangeError with a code`, () => {
    for (const counters of [false, true]) {
      const w = world(counters)
      const made = Heap.create({ bytes: BYTES, counters })
      made.malloc(9)
      const p = made.malloc(9)
      for (const [heap, block] of [
        [w.mine, w.mid],
        [made, p],
      ] as const) {
        for (const [name, use] of WITH_SIZE) {
          const before = soundAudit(heap)
          const error = thrownBy(() => use(heap, untyped<number>(value), block))
          assert.ok(isHeapError(error), `${name}: ${error}`)
          assert.is(error.code, SIZE, name)
          assert.instance(error, RangeError)
          assert.equal(soundAudit(heap), before, name)
        }
      }
      made.detach()
    }
  })
}

sizes('an undefined length of bytes is the whole block, any other that is no size is refused', () => {
  const w = world()
  for (const [what, value] of NO_SIZES) {
    if (value === undefined) continue
    assert.is(
      codeOf(() => w.mine.bytes(w.mid, untyped<number>(value))),
      SIZE,
      what,
    )
  }
  soundAudit(w.mine)
})

for (const size of [BYTES, 2 ** 31, 2 ** 32, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
  sizes(`${size} bytes are valid, and do not fit`, () => {
    const w = world()
    // Asking makes the heap collect what it can: only what is live may not change.
    const { live } = soundAudit(w.mine)
    assert.is(w.mine.tryMalloc(size), 0)
    assert.is(w.mine.site('x').tryMalloc(size), 0)
    assert.is(w.mine.mallocBatch(size, new Uint32Array(3)), 0)
    for (const use of [
      () => w.mine.malloc(size),
      () => w.mine.calloc(size, 1),
      () => w.mine.calloc(1, size),
      () => w.mine.realloc(w.mid, size),
      () => w.mine.realloc(w.large, size),
      () => w.mine.realloc(w.foreign, size),
      () => w.mine.memalign(16, size),
      () => w.mine.memalign(2 ** 40, size),
      () => w.mine.site('x').malloc(size),
    ]) {
      assert.is(codeOf(use), FULL)
      assert.is(soundAudit(w.mine).live, live)
    }
    w.mine.flush()
    assert.is(soundAudit(w.mine).live, live)
  })
}

for (const alignment of [0, 3, 24, 48, 100, 4097, 2 ** 32 + 1]) {
  sizes(`an alignment of ${alignment} is no power of two`, () => {
    const w = world()
    refused(w.mine, SIZE, () => w.mine.memalign(alignment, 100))
    refused(w.mine, SIZE, () => w.mine.memalign(alignment, 100_000))
  })
}

sizes('an alignment beyond the heap is out of memory', () => {
  const w = world()
  const { live } = soundAudit(w.mine)
  for (let alignment = BYTES; alignment < 2 ** 53; alignment *= 2) {
    assert.is(
      codeOf(() => w.mine.memalign(alignment, 1)),
      FULL,
      `${alignment}`,
    )
  }
  assert.is(soundAudit(w.mine).live, live)
})

sizes('each is counted', () => {
  const w = world()
  for (const [name, use] of WITH_SIZE) {
    const before = w.mine.stats().total.invalidSize
    codeOf(() => use(w.mine, -1, w.mid))
    assert.is(w.mine.stats().total.invalidSize, before + 1, name)
  }
})

sizes.run()
