// Declaring, making, viewing and freeing structs.

import { Heap } from '@hakmem/core'
import {
  array,
  atomic,
  bool,
  f32,
  f64,
  i8,
  i16,
  i32,
  i64,
  layoutOf,
  mutex,
  oneOf,
  ptr,
  str,
  struct,
  text,
  u8,
  u16,
  u32,
  u64,
} from '@hakmem/structs'
import { assert, suite } from '@hakmem/testing'
import { codeOf, liveBytes, untyped } from './support.ts'

class Particle extends struct({
  pos: array(f64, 3),
  hits: atomic(u32),
  lock: mutex,
  name: str(16),
  next: ptr<Particle>(),
  kind: oneOf('dust', 'star'),
}) {
  get speed(): number {
    return Math.hypot(...this.pos)
  }

  label(): string {
    return `${this.name} (${this.kind})`
  }
}

class Numbers extends struct({
  a: u8,
  b: i8,
  c: u16,
  d: i16,
  e: u32,
  f: i32,
  g: u64,
  h: i64,
  i: f32,
  j: f64,
  k: bool,
}) {}

const test = suite('structs')
const heap = Heap.create({ bytes: 8 * 2 ** 20, threads: 1 })

test.after(() => heap.detach())

test('the example of the README', () => {
  const p = Particle.make(heap, { name: 'a' })
  const v = Particle.at(heap, p)
  v.hits.add(1)
  {
    using held = v.lock.acquire()
    assert.not(held.ownerDied)
    assert.ok(v.lock.isHeld)
  }
  assert.not(v.lock.isHeld)
  v.pos.set(0, 3)
  v.pos.set(2, 4)
  assert.is(v.speed, 5)
  v.kind = 'star'
  assert.is(v.label(), 'a (star)')
  assert.is(v.hits.load(), 1)
  Particle.free(heap, p)
  assert.is(liveBytes(heap), 0)
})

test('numbers of every width keep their values, at the edges too', () => {
  const given = {
    a: 255,
    b: -128,
    c: 65_535,
    d: -32_768,
    e: 2 ** 32 - 1,
    f: -(2 ** 31),
    g: 2n ** 64n - 1n,
    h: -(2n ** 63n),
    i: 0.5,
    j: Math.PI,
    k: true,
  }
  const v = Numbers.at(heap, Numbers.make(heap, given))
  const read = () =>
    Object.fromEntries(Object.keys(given).map((key) => [key, untyped<Record<string, unknown>>(v)[key]]))
  assert.equal(read(), given)
  v.a = 256
  v.b = 128
  v.e = -1
  v.i = 0.1
  v.k = false
  assert.equal([v.a, v.b, v.e, v.i, v.k], [0, -128, 2 ** 32 - 1, Math.fround(0.1), false])
  Numbers.free(heap, v.ptr)
})

test('a new struct is all zero, whatever was in the block before', () => {
  const blocks = Array.from({ length: 50 }, () => heap.malloc(layoutOf(Numbers).size))
  for (const p of blocks) heap.bytes(p).fill(0xff)
  heap.freeBatch(blocks)
  for (let k = 0; k < 50; k++) {
    const v = Numbers.at(heap, Numbers.make(heap))
    assert.equal(
      [v.a, v.b, v.c, v.d, v.e, v.f, v.g, v.h, v.i, v.j, v.k],
      [0, 0, 0, 0, 0, 0, 0n, 0n, 0, 0, false],
    )
    Numbers.free(heap, v.ptr)
  }
})

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

test('a view moves from struct to struct', () => {
  const a = Particle.make(heap, { name: 'a' })
  const b = Particle.make(heap, { name: 'b', next: a })
  const v = Particle.at(heap, b)
  const { next } = v
  assert.is(next, a)
  if (next !== 0) assert.is(v.moveTo(next).name, 'a')
  assert.is(v.ptr, a)
  assert.is(v.next, 0)
  Particle.free(heap, a)
  Particle.free(heap, b)
})

test('structs within structs, and arrays of them, are views of their place', () => {
  class Vec2 extends struct({ x: f64, y: f64 }) {
    get sum(): number {
      return this.x + this.y
    }
  }
  class Pair extends struct({ tag: u8, a: Vec2, more: array(Vec2, 3) }) {}
  const p = Pair.make(heap, { a: { x: 1, y: 2 }, more: [{ x: 3 }, { y: 4 }] })
  const v = Pair.at(heap, p)
  assert.is(v.a.sum, 3)
  assert.equal(
    [...v.more].map((one) => one.sum),
    [3, 4, 0],
  )
  v.more.get(2).y = 9
  assert.is(heap.F64[(p + layoutOf(Pair).fields.more.offset + 40) >>> 3], 9)
  v.more.set(0, { x: 5, y: 5 })
  assert.is(v.more.get(0).sum, 10)
  assert.ok(v.a instanceof Vec2)
  Pair.free(heap, p)
})

test('two heaps, and a heap after another, have structs of their own', () => {
  using other = Heap.create({ bytes: 2 ** 20, threads: 1 })
  const views = [heap, other, heap, other].map((where, k) => {
    const v = Particle.at(where, Particle.make(where, { name: `${k}`, hits: k }))
    return { where, v }
  })
  for (const [k, { where, v }] of views.entries()) {
    assert.is(v.name, `${k}`)
    assert.is(where.U32[(v.ptr + layoutOf(Particle).fields.hits.offset) >>> 2], k)
    Particle.free(where, v.ptr)
  }
  assert.is(liveBytes(other), 0)
})

test('scoped structs are freed at the end of their block', () => {
  const before = liveBytes(heap)
  class Owner extends struct({ label: text }) {}
  {
    using p = Particle.scoped(heap, { name: 'gone' })
    using q = Owner.scoped(heap, { label: 'a string in a block of its own' })
    assert.is(p.name, 'gone')
    assert.is(q.label.length, 30)
    assert.ok(liveBytes(heap) > before)
  }
  assert.is(liveBytes(heap), before)
})

test('structs in a row', () => {
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

test('what is no pointer to a struct is refused', () => {
  for (const value of [0, -16, 1.5, Number.NaN, undefined, null, '16', {}]) {
    assert.is(
      codeOf(() => Particle.at(heap, untyped(value))),
      'ERR_HAKMEM_NULL_POINTER',
      String(value),
    )
  }
  const v = Particle.at(heap, Particle.make(heap))
  assert.is(
    codeOf(() => v.moveTo(untyped(0))),
    'ERR_HAKMEM_NULL_POINTER',
  )
  const p = v.ptr
  Particle.free(heap, p)
  Particle.free(heap, 0)
  assert.is(
    codeOf(() => Particle.free(heap, p)),
    'ERR_HAKMEM_DOUBLE_FREE',
  )
  assert.is(
    codeOf(() => Particle.free(heap, untyped(p + 4))),
    'ERR_HAKMEM_INVALID_POINTER',
  )
  class Owner extends struct({ label: text }) {}
  const q = Owner.make(heap, { label: 'x' })
  Owner.free(heap, q)
  assert.is(
    codeOf(() => Owner.free(heap, q)),
    'ERR_HAKMEM_DOUBLE_FREE',
  )
  assert.is(
    codeOf(() => Owner.free(heap, untyped(q + 1))),
    'ERR_HAKMEM_INVALID_POINTER',
  )
})

test('an iterator that is over stays over', () => {
  class Pair extends struct({ a: u8, b: u8 }) {}
  using many = Pair.makeMany(heap, 2)
  const iterator = many[Symbol.iterator]()
  const done = Array.from({ length: 5 }, () => iterator.next().done)
  assert.equal(done, [false, false, true, true, true])
})

test('make takes names in any order, some or all, and others the next time', () => {
  class Mixed extends struct({ a: u8, b: f64, c: text, d: i16, e: bool, f: f32 }) {}
  for (const init of [
    { a: 1, b: 2, c: 'three', d: -4, e: true, f: 0.5 },
    { f: 1.5, e: true, d: 7, c: 'c', b: 8, a: 9 },
    { d: 3, a: 2 },
    untyped<object>({ e: true, b: undefined, f: 2 }),
    {},
  ]) {
    const p = Mixed.make(heap, init)
    const { a, b, c, d, e, f } = Mixed.at(heap, p)
    assert.equal({ a, b, c, d, e, f }, { a: 0, b: 0, c: '', d: 0, e: false, f: 0, ...dropUndefined(init) })
    Mixed.free(heap, p)
  }
})

function dropUndefined(init: object): object {
  return Object.fromEntries(Object.entries(init).filter(([, value]) => value !== undefined))
}

test('a value that does not fit leaves nothing allocated', () => {
  const before = liveBytes(heap)
  class Owner extends struct({ label: text, kind: oneOf('a', 'b'), short: str(3) }) {}
  for (const init of [
    { label: 'first', kind: 'c' },
    { label: 'first', short: 'long' },
    { label: 'first', short: 'a\0b' },
    { label: 'first', other: 1 },
    { label: 7 },
  ]) {
    assert.is(
      codeOf(() => Owner.make(heap, untyped(init))),
      'ERR_HAKMEM_FIELD',
    )
  }
  assert.is(liveBytes(heap), before)
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
