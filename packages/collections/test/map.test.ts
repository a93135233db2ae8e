// The map and the string table against what JavaScript has, in one thread.

import { NoCollectionError, SharedMap, StringTable } from '@hakmem/collections'
import { Heap, type Ptr } from '@hakmem/core'
import { InvalidValueError } from '@hakmem/sync'
import { assert, suite } from '@hakmem/testing'
import fc from 'fast-check'

const test = suite('map')

const newHeap = () => Heap.create({ bytes: 2 ** 22, threads: 1 })

test('a map does what Map does, for strings and integers, and leaves no block behind', () => {
  const heap = newHeap()
  const key = fc.oneof(
    fc.constantFrom('', 'a', 'ä', '漢字', '\ud800', 'x'.repeat(5000)),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(0, -1, 1, 2 ** 32 - 1, -(2 ** 31), 2 ** 31),
    fc.integer(),
  )
  const step = fc.record({ key, value: fc.nat(), what: fc.constantFrom('set', 'get', 'delete', 'getOrSet') })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const map = SharedMap.create(heap)
      const model = new Map<string | number, number>()
      for (const { key, value, what } of steps) {
        const known = model.get(key)
        if (what === 'set') assert.is(map.set(key, value), known)
        else if (what === 'get') assert.is(map.get(key), known)
        else if (what === 'delete') assert.is(map.delete(key), known)
        else assert.is(map.getOrSet(key, value), known ?? value)
        if (what === 'set' || (what === 'getOrSet' && known === undefined)) model.set(key, value)
        if (what === 'delete') model.delete(key)
        assert.is(map.size, model.size)
      }
      assert.equal(new Map(map.entries()), model)
      map.destroy()
      assert.is(heap.audit().live, 0)
    }),
    { numRuns: 200 },
  )
})

test('equal texts have one pointer, others another one', () => {
  const heap = newHeap()
  const table = StringTable.create(heap)
  const texts = ['', 'a', 'b', 'ä', '漢字', ...Array.from({ length: 1000 }, (_, k) => `text ${k}`)]
  const pointers = texts.map((text) => table.intern(text))
  assert.is(new Set(pointers).size, texts.length)
  assert.equal(
    texts.map((text) => table.intern(text)),
    pointers,
  )
  assert.equal(
    pointers.map((pointer) => table.text(pointer)),
    texts,
  )
  assert.is(table.known('never seen'), 0)
  table.destroy()
  assert.is(heap.audit().live, 0)
})

test('what is no key, no value or no map is an error', () => {
  const heap = newHeap()
  const map = SharedMap.create(heap)
  for (const key of [1.5, Number.NaN, 2 ** 32, {} as string]) {
    assert.throws(
      () => map.get(key),
      (error: unknown) => error instanceof InvalidValueError,
    )
  }
  assert.throws(
    () => map.set('a', -1),
    (error: unknown) => error instanceof InvalidValueError,
  )
  assert.throws(
    () => SharedMap.at(heap, heap.malloc(64)),
    (error: unknown) => error instanceof NoCollectionError,
  )
  assert.throws(
    () => StringTable.at(heap, map.ptr),
    (error: unknown) => error instanceof NoCollectionError,
  )
  for (const create of [() => SharedMap.create({} as Heap), () => StringTable.at({} as Heap, map.ptr)]) {
    assert.throws(create, /the heap must be what Heap.create or Heap.attach returned, got an object/)
  }
  assert.throws(
    () => StringTable.create(heap).text(5 as Ptr),
    /the pointer must be one that `intern` gave, got 5/,
  )
  map.set('still', 1)
  assert.is(map.get('still'), 1)
})

test.run()
