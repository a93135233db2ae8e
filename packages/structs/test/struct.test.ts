// Making, viewing and freeing structs.

import { Heap } from '@hakmem/core'
import { array, bool, f32, f64, i16, layoutOf, oneOf, str, struct, text, u8 } from '@hakmem/structs'
import { assert, codeOf, suite, untyped } from '@hakmem/testing'
import { Numbers, Particle } from './samples.ts'
import { liveBytes } from './support.ts'

const test = suite('structs')
const heap = Heap.create({ bytes: 8 * 2 ** 20, threads: 1 })

test.after(() => heap.detach())

test('the example of the README does what it says', () => {
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

test('making a struct of any size zeroes all of it, and nothing outside of its block', () => {
  for (let length = 1; length <= 200; length++) {
    class Bytes extends struct({ all: array(u8, length) }) {}
    const [before, place, behind] = Array.from({ length: 3 }, () => heap.malloc(length))
    for (const block of [before, place, behind]) heap.bytes(block).fill(255)
    heap.free(place)
    const made = Bytes.make(heap)
    assert.is(made, place)
    assert.ok(
      heap.bytes(made, length).every((byte) => byte === 0),
      `${length} bytes`,
    )
    for (const block of [before, behind]) assert.ok(heap.bytes(block).every((byte) => byte === 255))
    Bytes.free(heap, made)
    for (const block of [before, behind]) heap.free(block)
  }
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

test('what is no declaration, no heap, no message, and `new`, are refused with what to do', () => {
  class Dot extends struct({ x: f64 }) {}
  const wrong: [body: () => unknown, says: RegExp][] = [
    [() => struct(untyped<{ x: typeof f64 }>(undefined)), /takes an object of fields/],
    [() => Dot.make(untyped(heap.handle), { x: 1 }), /Dot.make: an object is not a heap or a region/],
    [() => Dot.receive(untyped({ ptr: 16 })), /Dot: receive: an object is not what publish gave/],
    [() => Dot.receive(untyped(16)), /Dot: receive: 16 is not what publish gave/],
    [() => new Dot(untyped({ x: 1 })), /Dot.make\(heap\) makes one, Dot.at\(heap, ptr\) shows it/],
  ]
  for (const [body, says] of wrong) {
    assert.ok(codeOf(body).startsWith('ERR_HAKMEM_'), `${says}`)
    assert.throws(body, says)
  }
})

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

test.run()
