// What an error says of itself.

import {
  DoubleFreeError,
  Heap,
  HeapError,
  InvalidPointerError,
  isHeapError,
  OutOfMemoryError,
} from '@hakmem/core'
import { assert, suite } from '@hakmem/testing'
import { fill, thrownBy } from './support.ts'

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

test('isHeapError knows its own from others', () => {
  for (const other of [new Error('x'), new RangeError('x'), undefined, null, 'ERR_HAKMEM_FORMAT', {}, 3]) {
    assert.not(isHeapError(other))
  }
  assert.not(isHeapError(Object.assign(new Error('x'), { code: 'ENOENT' })))
})

test.run()
