// Heaps made with `types: true`: pointers to the wrong type, and to what was freed, are errors that name both.

import { Heap } from '@hakmem/core'
import { array, f64, leaksOf, ptr, Region, struct, text, u32, vec } from '@hakmem/structs'
import { assert, codeOf, suite, untyped, workerModule } from '@hakmem/testing'
import { liveBytes } from './support.ts'

const call = workerModule<typeof import('./debug.worker.ts')>(new URL('./debug.worker.js', import.meta.url))

const test = suite('type tags')
const heap = Heap.create({ bytes: 8 * 2 ** 20, threads: 3, types: true })

test.after(() => heap.detach())

class Point extends struct({ x: f64, y: f64 }) {}
class Star extends struct({ mass: f64, next: ptr<Star>() }) {}
class Cluster extends struct({ label: text, centre: Point, corners: array(Point, 4), path: vec(Point) }) {}

test('what is right without tags is right with them, for parts, rows, lists and scopes', () => {
  const v = Cluster.at(heap, Cluster.make(heap, { label: 'a', centre: { x: 1 }, path: [{ x: 2 }, { x: 3 }] }))
  assert.equal([v.label, v.centre.x, v.path.get(1).x], ['a', 1, 3])
  // Parts of structs, elements of rows and of lists are structs too.
  assert.is(Point.at(heap, v.centre.ptr).x, 1)
  assert.is(Point.at(heap, v.corners.get(3).ptr).x, 0)
  assert.is(Point.at(heap, v.path.get(1).ptr).x, 3)
  Cluster.free(heap, v.ptr)
  const many = Star.makeMany(heap, 100)
  const star = Star.at(heap, many.ptrAt(0))
  for (let k = 0; k < 100; k++) star.moveTo(many.ptrAt(k)).mass = k
  assert.is(Star.at(heap, many.ptrAt(99)).mass, 99)
  many.free()
  using scoped = Star.scoped(heap)
  assert.is(scoped.mass, 0)
})

test('a pointer to another type is an error that names both', () => {
  const star = Star.make(heap)
  const at = () => Point.at(heap, untyped(star))
  assert.throws(at, /There is no Point at \d+: it is Star\./)
  assert.is(codeOf(at), 'ERR_HAKMEM_WRONG_TYPE')
  const point = Point.at(heap, Point.make(heap))
  assert.throws(() => point.moveTo(untyped(star)), /no Point .* it is Star/)
  assert.throws(() => Point.free(heap, untyped(star)), /no Point .* it is Star/)
  const raw = heap.malloc(100)
  assert.throws(() => Star.at(heap, untyped(raw)), /no Star .* in a block that no struct was made in/)
  heap.free(raw)
  const cluster = Cluster.make(heap)
  assert.throws(() => Star.at(heap, untyped(cluster + 8)), /no Star .* it is Cluster, 8 bytes into it/)
  Cluster.free(heap, cluster)
  Point.free(heap, point.ptr)
  Star.free(heap, star)
})

test('a struct of a row is not freed alone', () => {
  const many = Star.makeMany(heap, 4)
  assert.throws(() => Star.free(heap, many.ptr), /it is Star \(one of 4 in a block\)/)
  assert.throws(() => Star.free(heap, many.ptrAt(1)), /one of 4 in a block/)
  many.free()
})

test('use after free is an error that names both', () => {
  const star = Star.make(heap)
  const view = Star.at(heap, Star.make(heap))
  Star.free(heap, star)
  const at = () => Point.at(heap, untyped(star))
  assert.throws(at, /There is no Point at \d+: Star was there and was freed\./)
  assert.is(codeOf(at), 'ERR_HAKMEM_USE_AFTER_FREE')
  assert.is(
    codeOf(() => view.moveTo(star)),
    'ERR_HAKMEM_USE_AFTER_FREE',
  )
  assert.is(
    codeOf(() => Star.free(heap, star)),
    'ERR_HAKMEM_USE_AFTER_FREE',
  )
  // Freed behind the type's back, it still is.
  heap.free(view.ptr)
  assert.is(
    codeOf(() => Star.at(heap, view.ptr)),
    'ERR_HAKMEM_USE_AFTER_FREE',
  )
  assert.is(
    codeOf(() => Star.at(heap, untyped(heap.buffer.byteLength - 16))),
    'ERR_HAKMEM_INVALID_POINTER',
  )
  assert.is(
    codeOf(() => Star.at(heap, untyped(16))),
    'ERR_HAKMEM_INVALID_POINTER',
  )
})

test('structs in a region have their types too', () => {
  using region = Region.create(heap)
  const star = Star.make(region, { mass: 2 })
  const point = Point.make(region)
  assert.is(Star.at(heap, star).mass, 2)
  assert.throws(() => Point.at(heap, untyped(star)), /no Point .* it is Star/)
  assert.throws(() => Star.at(heap, untyped(point + 8)), /inside of a region/)
  region.freeAll()
  assert.is(
    codeOf(() => Star.at(heap, star)),
    'ERR_HAKMEM_USE_AFTER_FREE',
  )
})

test('what another thread made is known by its type, and reported as its leak', async () => {
  assert.is(liveBytes(heap), 0)
  assert.equal(leaksOf(heap), [])
  const { thread, star, other } = await call('leak', heap.handle)
  assert.is(Star.at(heap, untyped(star)).mass, 7)
  assert.throws(
    () => Star.at(heap, untyped(other)),
    /it is a type that this thread has not loaded \([0-9a-f]{8}\)/,
  )
  const mine = Cluster.make(heap, { label: 'mine' })
  const leaks = leaksOf(heap)
  assert.equal(
    leaks.find(({ type }) => type === 'Star'),
    { type: 'Star', thread, blocks: 4, structs: 13, bytes: 3 * 32 + 192 },
  )
  assert.ok(leaks.some((leak) => leak.type === 'Cluster' && leak.thread === heap.thread))
  assert.ok(leaks.some((leak) => leak.type?.startsWith('a type that this thread') && leak.thread === thread))
  assert.ok(leaks.some((leak) => leak.type === undefined && leak.blocks === 1))
  assert.is(
    leaks.reduce((sum, { bytes }) => sum + bytes, 0),
    liveBytes(heap),
  )
  Cluster.free(heap, mine)
})

test('heaps without tags have none', () => {
  using plain = Heap.create({ bytes: 2 ** 20, threads: 1 })
  class Word extends struct({ word: u32 }) {}
  const p = Word.make(plain)
  assert.is(plain.usableSize(p), 16)
  assert.ok(leaksOf(plain).every(({ type }) => type === undefined))
  Word.free(plain, p)
})

test.run()
