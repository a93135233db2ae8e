// What an error says of itself.

import { ThreadRecord } from '@hakmem/arena'
import {
  DoubleFreeError,
  Heap,
  HeapError,
  InvalidPointerError,
  isHeapError,
  OutOfMemoryError,
} from '@hakmem/core'
import { assert, codeOf, suite, thrownBy, untyped } from '@hakmem/testing'
import { fill, threadsOf } from './support.ts'

const MIB = 2 ** 20

const test = suite('errors')

test('every error says what it is: a name, a code, the values', () => {
  using heap = Heap.create({ bytes: MIB })
  const p = heap.malloc(100)
  heap.free(p)
  const double = thrownBy(() => heap.free(p))
  assert.ok(double instanceof DoubleFreeError)
  assert.is(double.name, 'DoubleFreeError')
  assert.is(double.pointer, p)
  assert.is(double.size, 112)
  assert.match(double.message, new RegExp(`free: .*112 bytes at ${p}`))

  const invalid = thrownBy(() => heap.usableSize(p + 8))
  assert.ok(invalid instanceof InvalidPointerError)
  assert.is(invalid.pointer, p + 8)
  assert.is(invalid.reason, 'not a multiple of 16')
  assert.match(invalid.message, new RegExp(`usableSize: pointer ${p + 8}`))

  assert.throws(() => heap.malloc(-1), /^malloc: /)
  assert.throws(() => heap.tryMalloc(-1), /^tryMalloc: /)

  const blocks = fill(heap, 50_000)
  const full = thrownBy(() => heap.malloc(50_000))
  assert.ok(full instanceof OutOfMemoryError)
  assert.is(full.requested, 50_000)
  assert.is(full.capacity, MIB)
  assert.ok(blocks.length > 0)
  assert.is(
    Object.values(full.held).reduce((sum, bytes) => sum + bytes, full.unclaimed + full.orphaned),
    MIB - heap.audit().metadata,
  )
  for (const error of [double, invalid, full]) {
    assert.ok(isHeapError(error))
    assert.instance(error, HeapError)
    assert.instance(error, Error)
  }
})

/** What is done wrong, and what the error must say of the cause, the value and the way out. */
const MISTAKES: [what: string, body: (heap: Heap) => unknown, says: RegExp][] = [
  ['a misspelt option', () => Heap.create(untyped({ byte: MIB })), /one of bytes, threads, .*got "byte"/],
  ['a size in words', () => Heap.create(untyped({ bytes: '64M' })), /bytes must be .* got "64M"/],
  ['a switch that is none', () => Heap.create(untyped({ types: 1 })), /`types` must be true or false, got 1/],
  [
    'a place without a memory',
    () => Heap.create({ byteOffset: MIB }),
    /`byteOffset` must be left out unless/,
  ],
  [
    'more threads than fit',
    () => Heap.create({ bytes: MIB, threads: 3 }),
    /1 to 2 \(512 KiB for each .*got 3/,
  ],
  ['a heap by new', () => new Heap(untyped({ bytes: MIB })), /made by Heap.create or Heap.attach/],
  [
    'attaching to nothing',
    () => Heap.attach(untyped(undefined)),
    /`handle` or its SharedArrayBuffer; got undefined/,
  ],
  [
    'attaching to a buffer without a heap',
    () => Heap.attach(new SharedArrayBuffer(MIB)),
    /No heap was made at byte 0/,
  ],
  ['a size as text', (heap) => heap.malloc(untyped('8')), /the size must be .* got "8"/],
  ['no size', (heap) => heap.malloc(untyped(null)), /the size must be .* got null/],
  ['a pointer as text', (heap) => heap.free(untyped('4096')), /pointer "4096" is not a number/],
  [
    'a pointer to nothing',
    (heap) => heap.free(MIB - 16),
    /not allocated \(it never was, or was freed before\)/,
  ],
  ['reaping itself', (heap) => heap.reap(heap.thread), /one that has ended, not the calling one/],
  ['a strategy that is none', (heap) => heap.pin({ strategy: 'worst fit' }), /'best fit', .*got "worst fit"/],
  [
    'use after detach',
    (heap) => {
      heap.detach()
      heap.malloc(8)
    },
    /malloc: .* detached .*Heap.attach\(heap.handle\)/,
  ],
]

for (const [what, body, says] of MISTAKES) {
  test(`${what} is an error that names it`, () => {
    using heap = Heap.create({ bytes: MIB })
    const error = thrownBy(() => body(heap))
    assert.ok(isHeapError(error), `${error}`)
    assert.match(error.message, says)
  })
}

test('a record too few is an error that says how threads give theirs back', () => {
  const [heap] = threadsOf(1, { bytes: MIB })
  const error = thrownBy(() => ThreadRecord.claim(heap.arena, 7))
  assert.match(String(error), /All 1 thread records .*`threads`, detach .*`watch` workers/)
})

test('no error runs the code of what it shows', () => {
  using heap = Heap.create({ bytes: MIB })
  const trap = () => {
    throw new Error('it ran')
  }
  const hostile = { toString: trap, valueOf: trap, toJSON: trap, [Symbol.toPrimitive]: trap }
  for (const value of [hostile, Object.assign(() => 0, hostile), Symbol('x'), 10n ** 1000n]) {
    assert.is(
      codeOf(() => heap.malloc(untyped(value))),
      'ERR_HAKMEM_INVALID_SIZE',
    )
  }
  assert.ok(String(thrownBy(() => heap.malloc(untyped('x'.repeat(1e6))))).length < 200)
})

test('a page that has no shared memory is told why', () => {
  const property = Object.getOwnPropertyDescriptor(globalThis, 'SharedArrayBuffer') ?? {}
  Reflect.deleteProperty(globalThis, 'SharedArrayBuffer')
  try {
    for (const bytes of [MIB, 256 * MIB]) {
      const error = thrownBy(() => Heap.create({ bytes }))
      assert.ok(isHeapError(error))
      assert.match(error.message, new RegExp(`${bytes} bytes: this page is not cross-origin isolated`))
    }
  } finally {
    Object.defineProperty(globalThis, 'SharedArrayBuffer', property)
  }
})

test('isHeapError knows its own from others', () => {
  for (const other of [new Error('x'), new RangeError('x'), undefined, null, 'ERR_HAKMEM_FORMAT', {}, 3]) {
    assert.not(isHeapError(other))
  }
  assert.not(isHeapError(Object.assign(new Error('x'), { code: 'ENOENT' })))
})

test.run()
