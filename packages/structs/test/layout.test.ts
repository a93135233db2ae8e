// Where fields lie, what a layout says of itself, and declarations that make none.

import { Heap } from '@hakmem/core'
import {
  array,
  atomic,
  f32,
  f64,
  i8,
  i32,
  layoutOf,
  oneOf,
  ptr,
  str,
  struct,
  u8,
  u16,
  u32,
} from '@hakmem/structs'
import { assert, codeOf, suite, untyped } from '@hakmem/testing'
import { Numbers, Particle } from './samples.ts'
import { liveBytes } from './support.ts'

const test = suite('layouts')
const heap = Heap.create({ bytes: 8 * 2 ** 20, threads: 1 })

test.after(() => heap.detach())

test('fields lie where C puts them', () => {
  const { fields, size, align } = layoutOf(Numbers)
  const offsets = Object.fromEntries(Object.entries(fields).map(([name, { offset }]) => [name, offset]))
  assert.equal(offsets, { a: 0, b: 1, c: 2, d: 4, e: 8, f: 12, g: 16, h: 24, i: 32, j: 40, k: 48 })
  assert.equal([size, align], [56, 8])
  class Inner extends struct({ a: u8, b: u32 }) {}
  class Outer extends struct({ a: u8, inner: Inner, b: u16, list: array(Inner, 2) }) {}
  assert.equal(layoutOf(Outer).fields.inner, {
    offset: 4,
    size: 8,
    align: 4,
    kind: '{ a: u8 @0, b: u32 @4 } 8',
  })
  assert.equal([layoutOf(Outer).fields.b.offset, layoutOf(Outer).fields.list.offset], [12, 16])
  assert.is(layoutOf(Outer).size, 32)
})

test('a layout can be printed', () => {
  class Small extends struct({ a: u8, b: ptr<Small>() }) {}
  assert.is(
    String(layoutOf(Small)),
    `Small: 8 bytes, aligned to 4, layout ${layoutOf(Small).hash.toString(16).padStart(8, '0')}
  offset  size  field
       0     1  a: u8
       4     4  b: ptr`,
  )
})

test('a pointer travels with the layout of what it points to', () => {
  const p = Particle.make(heap)
  const published = structuredClone(Particle.publish(p))
  assert.is(Particle.receive(published), p)
  const Older = (() => {
    class Particle extends struct({ pos: array(f64, 3), name: str(16) }) {}
    return Particle
  })()
  assert.throws(
    () => Older.receive(untyped(published)),
    /Particle of layout [0-9a-f]{8}, and Particle has layout/,
  )
  assert.is(
    codeOf(() => Older.receive(untyped(published))),
    'ERR_HAKMEM_LAYOUT_MISMATCH',
  )
  Particle.free(heap, p)
})

test('the layout hash tells kinds, names, order and nested types apart', () => {
  class In1 extends struct({ x: u8 }) {}
  class In2 extends struct({ x: i8 }) {}
  const all = [
    struct({ a: u32, b: f32 }),
    struct({ a: u32, c: f32 }),
    struct({ b: f32, a: u32 }),
    struct({ a: i32, b: f32 }),
    struct({ a: In1, b: f32 }),
    struct({ a: In2, b: f32 }),
    struct({ a: oneOf('x'), b: f32 }),
    struct({ a: oneOf('y'), b: f32 }),
    struct({ a: array(u8, 2), b: f32 }),
    struct({ a: array(u8, 3), b: f32 }),
  ]
  assert.is(new Set(all.map((type) => type.layout.hash)).size, all.length)
  assert.is(struct({ a: u32, b: f32 }).layout.hash, all[0]?.layout.hash)
})

test('declarations that make no struct are refused', () => {
  class Named extends struct({ a: u8 }) {
    get b(): number {
      return 1
    }
  }
  class Clash extends struct({ a: u8 }) {}
  class Stateful extends struct({ a: u8 }) {
    seen = 0
  }
  Object.defineProperty(Clash.prototype, 'a', { value: 1 })
  const wrong: (() => unknown)[] = [
    () => struct({}),
    () => struct({ ptr: u8 }),
    () => struct({ constructor: u8 }),
    () => struct(untyped<{ a: typeof u8 }>({ a: undefined })),
    () => struct(untyped<{ a: typeof u8 }>({ a: 'u8' })),
    () => array(u8, 0),
    () => array(u8, 1.5),
    () => str(0),
    () => oneOf(),
    () => oneOf('a', 'a'),
    () => atomic(untyped<typeof u8>(f64)),
    () => Clash.make(heap, { a: 1 }),
    () => Stateful.make(heap, { a: 1 }),
  ]
  for (const [k, make] of wrong.entries()) assert.is(codeOf(make), 'ERR_HAKMEM_LAYOUT', `${k}`)
  Named.free(heap, Named.make(heap))
  assert.is(liveBytes(heap), 0)
})

test.run()
