// Many structs in one block, row by row and column by column.

import { Heap } from '@hakmem/core'
import { array, f32, f64, ptr, struct, text, u8, u16, u32 } from '@hakmem/structs'
import { assert, codeOf, suite } from '@hakmem/testing'
import { Particle } from './samples.ts'
import { liveBytes } from './support.ts'

const test = suite('rows and columns')
const heap = Heap.create({ bytes: 8 * 2 ** 20, threads: 1 })

test.after(() => heap.detach())

test('structs in a row are visited in order, opened elsewhere, and freed with all that they own', () => {
  const before = liveBytes(heap)
  class Named extends struct({ id: u32, label: text }) {}
  const many = Named.makeMany(heap, 100)
  let k = 0
  for (const one of many) {
    one.id = k++
    one.label = `number ${one.id}`
  }
  assert.is(k, 100)
  assert.is(many.at(42).label, 'number 42')
  const view = many.at(0)
  assert.is(view.moveTo(many.ptrAt(99)).id, 99)
  assert.is(many.ptrAt(1) - many.ptr, many.stride)
  const again = Named.manyAt(heap, many.ptr, many.length)
  assert.equal(
    [...again].map(({ id }) => id),
    Array.from({ length: 100 }, (_, k) => k),
  )
  assert.is(
    codeOf(() => many.at(100)),
    'ERR_HAKMEM_FIELD',
  )
  assert.is(
    codeOf(() => many.ptrAt(-1)),
    'ERR_HAKMEM_FIELD',
  )
  many.free()
  assert.is(liveBytes(heap), before)
  assert.is(
    codeOf(() => many.free()),
    'ERR_HAKMEM_DOUBLE_FREE',
  )
})

test('a struct of arrays has a typed array for each field', () => {
  const before = liveBytes(heap)
  class Point extends struct({ x: f64, y: f32, flags: u8, colour: array(u16, 3), next: ptr<Point>() }) {}
  const columns = Point.columns(heap, 1001)
  assert.ok(columns.x instanceof Float64Array)
  assert.equal(
    [columns.x.length, columns.y.length, columns.flags.length, columns.colour.length, columns.next.length],
    [1001, 1001, 1001, 3003, 1001],
  )
  columns.x.fill(1)
  columns.y.fill(2)
  columns.flags.fill(3)
  columns.colour.fill(4)
  columns.next.fill(5)
  const again = Point.columnsAt(heap, columns.ptr, columns.length)
  assert.ok(again.x.every((value) => value === 1) && again.y.every((value) => value === 2))
  assert.ok(again.flags.every((value) => value === 3) && again.colour.every((value) => value === 4))
  columns.free()
  assert.is(liveBytes(heap), before)
  assert.is(
    codeOf(() => Particle.columns(heap, 10)),
    'ERR_HAKMEM_LAYOUT',
  )
})

test('an iterator that is over stays over', () => {
  class Pair extends struct({ a: u8, b: u8 }) {}
  using many = Pair.makeMany(heap, 2)
  const iterator = many[Symbol.iterator]()
  const done = Array.from({ length: 5 }, () => iterator.next().done)
  assert.equal(done, [false, false, true, true, true])
})

test.run()
