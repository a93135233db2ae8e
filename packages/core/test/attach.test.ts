// Heaps are created, attached to and detached from; what is no heap is refused.

import {
  DetachedHeapError,
  Heap,
  HeapError,
  HeapFormatError,
  InvalidSizeError,
  isHeapError,
  TooManyThreadsError,
} from '@hakmem/core'
import { assert, codeOf, suite, thrownBy, untyped } from '@hakmem/testing'
import { soundAudit, threadsOf } from './support.ts'

const MIB = 2 ** 20

const test = suite('creating and attaching')

test('a heap has from 1 MiB to 4 GiB, in whole extents; 256 MiB and 16 threads unless told', () => {
  for (const bytes of [MIB, 3 * MIB + 1, 100_000_000, 2 ** 31, 2 ** 32]) {
    using heap = Heap.create({ bytes })
    const { length } = new Uint8Array(heap.buffer, 0, 0)
    assert.is(length, 0)
    assert.ok(heap.buffer.byteLength >= bytes && heap.buffer.byteLength < bytes + MIB)
    assert.is(heap.buffer.byteLength % 65536, 0)
    heap.free(heap.malloc(100))
  }
  using smallest = Heap.create({ bytes: MIB, threads: 2 })
  assert.is(smallest.stats().threads, 2)
  using usual = Heap.create()
  assert.is(usual.stats().threads, 16)
  assert.is(usual.buffer.byteLength, 256 * MIB)
})

const WRONG_OPTIONS: [string, object][] = [
  ['too small', { bytes: MIB - 1 }],
  ['too large', { bytes: 2 ** 32 + 1 }],
  ['no bytes', { bytes: 0 }],
  ['negative', { bytes: -MIB }],
  ['fractional', { bytes: MIB + 0.5 }],
  ['not a number', { bytes: Number.NaN }],
  ['infinite', { bytes: Number.POSITIVE_INFINITY }],
  ['a string', { bytes: '1048576' }],
  ['no threads', { threads: 0 }],
  ['half a thread', { threads: 1.5 }],
  ['more threads than 512 KiB each', { bytes: MIB, threads: 3 }],
  ['more than 1024 threads', { bytes: 2 ** 32, threads: 1025 }],
]

for (const [what, options] of WRONG_OPTIONS) {
  test(`create refuses ${what}`, () => {
    const error = thrownBy(() => Heap.create(options))
    assert.instance(error, RangeError)
    assert.instance(error, InvalidSizeError)
    assert.ok(isHeapError(error))
    assert.is(
      codeOf(() => Heap.create(options)),
      'ERR_HAKMEM_INVALID_SIZE',
    )
  })
}

test('the handle of a heap from 16 MiB on has the memory too, which counts', () => {
  using heap = Heap.create({ bytes: 16 * MIB })
  const handle = structuredClone(heap.handle)
  assert.equal(Object.keys(handle), ['buffer', 'memory'])
  using other = Heap.create({ bytes: MIB })
  for (const given of [handle, { ...handle, buffer: other.buffer }, handle.buffer])
    assert.is(Heap.attach(given), heap)
  for (const memory of [{}, null, { buffer: new ArrayBuffer(MIB) }]) {
    assert.is(
      codeOf(() => Heap.attach(untyped({ ...handle, memory }))),
      'ERR_HAKMEM_FORMAT',
    )
  }
})

test('attaching again gives the same heap, by handle, by clone and by buffer', () => {
  using heap = Heap.create({ bytes: MIB })
  const handle = heap.handle
  assert.equal(Object.keys(handle), ['buffer'])
  assert.is(Object.getPrototypeOf(handle), Object.prototype)
  assert.is(handle.buffer, heap.buffer)
  const clone = structuredClone(handle)
  assert.is.not(clone.buffer, heap.buffer)
  for (const given of [handle, clone, heap.buffer, clone.buffer, heap]) assert.is(Heap.attach(given), heap)
})

test('a detached heap refuses all work but figures, and attaching again begins anew on the same memory', () => {
  const heap = Heap.create({ bytes: MIB })
  const p = heap.malloc(100)
  heap.bytes(p).fill(6)
  heap.detach()
  heap.detach()
  const uses: [string, () => unknown][] = [
    ['malloc', () => heap.malloc(1)],
    ['large malloc', () => heap.malloc(100_000)],
    ['tryMalloc', () => heap.tryMalloc(1)],
    ['calloc', () => heap.calloc(1, 1)],
    ['realloc', () => heap.realloc(p, 1000)],
    ['memalign', () => heap.memalign(64, 1)],
    ['free', () => heap.free(p)],
    ['free of 0', () => heap.free(0)],
    ['usableSize', () => heap.usableSize(p)],
    ['owns', () => heap.owns(p)],
    ['mallocBatch', () => heap.mallocBatch(1, [0])],
    ['freeBatch', () => heap.freeBatch([p])],
    ['bytes', () => heap.bytes(p)],
    ['flush', () => heap.flush()],
    ['park', () => heap.park()],
    ['sync', () => heap.sync],
    ['reap', () => heap.reap(99)],
    ['watch', () => heap.watch({ threads: [] })],
    ['pin', () => heap.pin({})],
    ['unpin', () => heap.unpin()],
    ['importProfile', () => heap.importProfile(heap.exportProfile())],
    ['site', () => heap.site('x').malloc(1)],
    ['large site', () => heap.site('x').malloc(100_000)],
  ]
  for (const [name, use] of uses) {
    const error = thrownBy(use)
    assert.instance(error, DetachedHeapError, name)
    assert.ok(error instanceof HeapError && error.code === 'ERR_HAKMEM_DETACHED')
  }
  assert.is(soundAudit(heap).live, 112)
  assert.type(heap.stats().total.parks, 'number')

  using again = Heap.attach(heap.handle)
  assert.is.not(again, heap)
  assert.throws(() => heap.malloc(1), /detached/)
  assert.ok(again.owns(p))
  assert.ok(again.bytes(p).every((byte) => byte === 6))
  again.free(p)
  again.flush()
  assert.is(soundAudit(again).live, 0)
})

test('using detaches at the end of the block', () => {
  let outside: Heap
  {
    using heap = Heap.create({ bytes: MIB })
    outside = heap
    heap.malloc(1)
  }
  assert.is(
    codeOf(() => outside.malloc(1)),
    'ERR_HAKMEM_DETACHED',
  )
})

test('more threads than records are refused, until one detaches', () => {
  const [first, second] = threadsOf(2, { bytes: MIB })
  const error = thrownBy(() => Heap.attach(first.handle))
  assert.instance(error, TooManyThreadsError)
  assert.ok(error instanceof TooManyThreadsError && error.code === 'ERR_HAKMEM_TOO_MANY_THREADS')
  assert.ok(error.threads === 2)
  soundAudit(first)
  second.detach()
  using third = Heap.attach(first.handle)
  third.free(third.malloc(10))
  soundAudit(first)
})

const NO_HEAPS: [string, unknown, RegExp][] = [
  ['nothing', undefined, /SharedArrayBuffer/],
  ['null', null, /SharedArrayBuffer/],
  ['a number', 4096, /SharedArrayBuffer/],
  ['a string', 'heap', /SharedArrayBuffer/],
  ['a function', () => {}, /SharedArrayBuffer/],
  ['an empty object', {}, /SharedArrayBuffer/],
  ['a handle of nothing', { buffer: undefined }, /SharedArrayBuffer/],
  ['memory that is not shared', new ArrayBuffer(MIB), /SharedArrayBuffer/],
  ['a handle of memory that is not shared', { buffer: new ArrayBuffer(MIB) }, /SharedArrayBuffer/],
  [
    'something that says it is shared memory',
    { [Symbol.toStringTag]: 'SharedArrayBuffer' },
    /SharedArrayBuffer/,
  ],
  ['too little memory', new SharedArrayBuffer(1000), /1000 bytes/],
  ['memory of zeros', new SharedArrayBuffer(MIB), /magic/],
]

for (const [what, value, message] of NO_HEAPS) {
  test(`attach refuses ${what}`, () => {
    // The type refuses them; a JavaScript caller can still pass them.
    const error = thrownBy(() => Heap.attach(value as never))
    assert.instance(error, HeapFormatError)
    assert.ok(error instanceof HeapError && error.code === 'ERR_HAKMEM_FORMAT')
    assert.match(String(error), message)
  })
}

test.run()
