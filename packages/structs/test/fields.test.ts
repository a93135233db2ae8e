// Fields that are more than a number: atomics, locks, strings, bytes, lists, options and unions.

import { Heap } from '@hakmem/core'
import {
  array,
  atomic,
  blob,
  bool,
  condition,
  f64,
  i32,
  i64,
  layoutOf,
  mutex,
  optional,
  ptr,
  str,
  struct,
  text,
  u8,
  u16,
  u32,
  u64,
  union,
  vec,
} from '@hakmem/structs'
import { assert, codeOf, suite, untyped, workerModule } from '@hakmem/testing'
import { liveBytes } from './support.ts'

const call = workerModule<typeof import('./fields.worker.ts')>(new URL('./fields.worker.js', import.meta.url))

const test = suite('fields')
const heap = Heap.create({ bytes: 16 * 2 ** 20, threads: 4 })

test.after(() => heap.detach())

class Cells extends struct({
  a: atomic(u8),
  b: atomic(u16),
  c: atomic(u32),
  d: atomic(i32),
  e: atomic(u64),
  f: atomic(i64),
  g: atomic(ptr<Cells>()),
}) {}

test('atomic fields have every operation, and give the value before', () => {
  const p = Cells.make(heap, { a: 1, e: 1n, g: 0 })
  const v = Cells.at(heap, p)
  for (const cell of [v.a, v.b, v.c, v.d]) {
    cell.store(12)
    assert.is(cell.add(3), 12)
    assert.is(cell.sub(1), 15)
    assert.is(cell.and(6), 14)
    assert.is(cell.or(9), 6)
    assert.is(cell.xor(1), 15)
    assert.is(cell.exchange(7), 14)
    assert.is(cell.compareExchange(8, 9), 7)
    assert.is(cell.compareExchange(7, 9), 7)
    assert.is(cell.load(), 9)
  }
  for (const cell of [v.e, v.f]) {
    cell.store(2n ** 40n)
    assert.is(cell.add(1n), 2n ** 40n)
    assert.is(cell.compareExchange(2n ** 40n + 1n, 5n), 2n ** 40n + 1n)
    assert.is(cell.load(), 5n)
  }
  assert.is(v.c.store(2 ** 32 - 1), 2 ** 32 - 1)
  assert.is(v.c.add(1), 2 ** 32 - 1)
  assert.is(v.c.load(), 0)
  assert.is(v.g.compareExchange(0, p), 0)
  assert.is(v.g.load(), p)
  Cells.free(heap, p)
})

test('a thread waits on an atomic field until another notifies', async () => {
  const p = Cells.make(heap, { c: 2 ** 32 - 1, f: -1n })
  const v = Cells.at(heap, p)
  assert.is(v.c.wait(0), 'not-equal')
  assert.is(v.c.wait(2 ** 32 - 1, 1), 'timed-out')
  assert.is(v.e.wait(0n, 1), 'timed-out')
  const answers = call('waitFor', heap.handle, p)
  while (v.d.load() === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  const later = v.c.waitAsync(2 ** 32 - 1)
  while (v.f.notify() === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  assert.is(await answers, 'ok')
  assert.is(await later, 'ok')
  assert.is(v.c.load(), 5)
  Cells.free(heap, p)
})

class Account extends struct({ lock: mutex, changed: condition, balance: f64, open: bool }) {}

test('a lock in a struct keeps threads apart, and its condition wakes them', async () => {
  const p = Account.make(heap, { open: true })
  const v = Account.at(heap, p)
  const workers = Promise.all([call('deposit', heap.handle, p, 5000), call('deposit', heap.handle, p, 5000)])
  for (let k = 0; k < 5000; k++) {
    using _ = await v.lock.acquireAsync()
    v.balance += 1
  }
  await workers
  assert.is(v.balance, 15_000)
  const waiting = call('waitForClose', heap.handle, p)
  while (v.balance >= 0) await new Promise((resolve) => setTimeout(resolve, 1))
  {
    using _ = v.lock.acquire()
    v.open = false
    v.changed.broadcast()
  }
  assert.is(await waiting, true)
  assert.is(
    codeOf(() => Account.make(heap, untyped({ lock: 1 }))),
    'ERR_HAKMEM_FIELD',
  )
  Account.free(heap, p)
})

const TEXTS = [
  '',
  'a',
  'ascii of some length, and then some more of it',
  'grüße',
  '日本語',
  '😀 and so on',
  'x'.repeat(5000),
  'ß'.repeat(5000),
]

class Strings extends struct({ short: str(12), long: text, data: blob, maybe: optional(text) }) {}

test('strings come back as they were written', () => {
  const before = liveBytes(heap)
  const v = Strings.at(heap, Strings.make(heap))
  assert.equal([v.short, v.long, v.data.length, v.maybe], ['', '', 0, undefined])
  for (const given of TEXTS) {
    v.long = given
    v.maybe = given
    assert.is(v.long, given)
    assert.is(v.maybe, given)
  }
  for (const given of ['', 'twelve bytes', 'grüße', '日本語!']) {
    v.short = given
    assert.is(v.short, given)
  }
  v.short = 'rest'
  const at = v.ptr + layoutOf(Strings).fields.short.offset
  assert.equal([...heap.U8.subarray(at, at + 12)], [...Buffer.from('rest'), 0, 0, 0, 0, 0, 0, 0, 0])
  assert.is(
    codeOf(() => (v.short = 'thirteen byte')),
    'ERR_HAKMEM_FIELD',
  )
  assert.is(
    codeOf(() => (v.short = 'äöüäöüä')),
    'ERR_HAKMEM_FIELD',
  )
  assert.is(v.short, 'rest')
  v.long = '\ud800'
  assert.is(v.long, '\ufffd')
  v.maybe = undefined
  v.long = ''
  assert.is(liveBytes(heap) - before, heap.usableSize(v.ptr))
  Strings.free(heap, v.ptr)
  assert.is(liveBytes(heap), before)
})

test('bytes are copied in, and read in place', () => {
  const before = liveBytes(heap)
  const given = Uint8Array.from({ length: 1000 }, (_, k) => k)
  const v = Strings.at(heap, Strings.make(heap, { data: given }))
  given.fill(0)
  assert.ok(v.data.every((byte, k) => byte === k % 256))
  v.data[3] = 77
  assert.is(v.data[3], 77)
  v.data = Uint8Array.of(1, 2)
  assert.equal([...v.data], [1, 2])
  Strings.free(heap, v.ptr)
  assert.is(liveBytes(heap), before)
})

test('what a struct owns is freed with it, however deep', () => {
  const before = liveBytes(heap)
  class Tag extends struct({ name: text, values: vec(u32) }) {}
  class Owner extends struct({
    tag: Tag,
    tags: array(Tag, 2),
    more: vec(Tag),
    names: vec(text),
    either: union({ one: text, list: vec(Tag), none: u8 }),
    note: optional(text),
  }) {}
  const tag = { name: 'a name', values: [1, 2, 3, 4, 5] }
  const v = Owner.at(
    heap,
    Owner.make(heap, {
      tag,
      tags: [tag, tag],
      more: [tag, tag, tag, tag, tag],
      names: TEXTS,
      either: { list: [tag] },
      note: 'here',
    }),
  )
  assert.equal([...v.names], TEXTS)
  assert.is(v.more.get(4).values.get(4), 5)
  const { tag: which } = v.either
  assert.is(which, 'list')
  v.either.set('one', 'now a string')
  assert.is(v.either.get('one'), 'now a string')
  assert.is(v.either.get('list'), undefined)
  v.either.set('none')
  assert.is(v.either.get('none'), 0)
  Owner.free(heap, v.ptr)
  assert.is(liveBytes(heap), before)
})

test('a list grows, shrinks and keeps its values', () => {
  const before = liveBytes(heap)
  class Holder extends struct({ list: vec(u32), points: vec(struct({ x: f64, y: f64 })) }) {}
  const { list, points, ptr: p } = Holder.at(heap, Holder.make(heap, { list: [9] }))
  assert.is(list.length, 1)
  for (let k = 1; k < 1000; k++) assert.is(list.push(k), k + 1)
  assert.equal([...list].slice(0, 3), [9, 1, 2])
  assert.is(list.get(999), 999)
  list.set(0, 0)
  assert.ok([...list].every((value, k) => value === k))
  assert.ok(list.capacity >= 1000)
  for (let k = 0; k < 990; k++) assert.ok(list.pop())
  assert.equal([...list], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  for (const index of [10, -1, 0.5, Number.NaN]) {
    assert.is(
      codeOf(() => list.get(index)),
      'ERR_HAKMEM_FIELD',
    )
    assert.is(
      codeOf(() => list.set(index, 0)),
      'ERR_HAKMEM_FIELD',
    )
  }
  list.clear()
  assert.not(list.pop())
  assert.is(list.length, 0)
  points.push()
  points.push({ y: 2 })
  assert.equal(
    [...points].map(({ x, y }) => [x, y]),
    [
      [0, 0],
      [0, 2],
    ],
  )
  Holder.free(heap, p)
  assert.is(liveBytes(heap), before)
})

test('a union is one of its variants', () => {
  class Circle extends struct({ r: f64 }) {
    get area(): number {
      return Math.PI * this.r ** 2
    }
  }
  class Shape extends struct({ of: union({ none: u8, circle: Circle, box: array(f64, 2) }) }) {}
  const v = Shape.at(heap, Shape.make(heap))
  assert.is(v.of.tag, 'none')
  v.of.set('circle', { r: 2 })
  assert.is(v.of.get('circle')?.area, 4 * Math.PI)
  assert.equal([...v.of.set('box')], [0, 0])
  assert.is(v.of.get('circle'), undefined)
  assert.is(
    codeOf(() => v.of.set(untyped<'none'>('square'))),
    'ERR_HAKMEM_FIELD',
  )
  assert.is(
    codeOf(() => Shape.make(heap, { of: untyped({ circle: {}, none: 0 }) })),
    'ERR_HAKMEM_FIELD',
  )
  assert.equal(layoutOf(Shape).fields.of.size, 24)
  Shape.free(heap, v.ptr)
})

test('an array takes no more values than it has, and no index beyond', () => {
  class Fixed extends struct({ list: array(u8, 3) }) {}
  const v = Fixed.at(heap, Fixed.make(heap, { list: [1, 2] }))
  assert.equal([...v.list], [1, 2, 0])
  assert.is(
    codeOf(() => Fixed.make(heap, { list: [1, 2, 3, 4] })),
    'ERR_HAKMEM_FIELD',
  )
  for (const index of [3, -1, 1.5]) {
    assert.is(
      codeOf(() => v.list.get(index)),
      'ERR_HAKMEM_FIELD',
    )
    assert.is(
      codeOf(() => v.list.set(index, 1)),
      'ERR_HAKMEM_FIELD',
    )
  }
  Fixed.free(heap, v.ptr)
  assert.is(liveBytes(heap), 0)
})

test('a full heap leaves what was there', () => {
  using small = Heap.create({ bytes: 2 ** 20, threads: 1 })
  class Holder extends struct({ label: text, list: vec(f64) }) {}
  const v = Holder.at(small, Holder.make(small, { label: 'kept', list: [1] }))
  assert.is(
    codeOf(() => (v.label = 'x'.repeat(2 ** 20))),
    'ERR_HAKMEM_OUT_OF_MEMORY',
  )
  assert.is(
    codeOf(() => v.list.reserve(2 ** 20)),
    'ERR_HAKMEM_OUT_OF_MEMORY',
  )
  assert.is(
    codeOf(() => Holder.make(small, { label: 'x'.repeat(2 ** 20) })),
    'ERR_HAKMEM_OUT_OF_MEMORY',
  )
  assert.equal([v.label, ...v.list], ['kept', 1])
  Holder.free(small, v.ptr)
  assert.is(liveBytes(small), 0)
})

test.run()
