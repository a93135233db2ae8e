// Types: what must compile and what must not, checked by tsc; nothing here runs.

import type { Heap, Ptr } from '@hakmem/core'
import {
  array,
  atomic,
  blob,
  bool,
  condition,
  f32,
  f64,
  i64,
  type MaybePtr,
  mutex,
  oneOf,
  optional,
  ptr,
  str,
  struct,
  text,
  u8,
  u32,
  union,
  vec,
} from '@hakmem/structs'

class Vec3 extends struct({ x: f64, y: f64, z: f64 }) {
  get size(): number {
    return Math.hypot(this.x, this.y, this.z)
  }
}

class Particle extends struct({
  pos: array(f64, 3),
  hits: atomic(u32),
  lock: mutex,
  name: str(16),
  next: ptr<Particle>(),
  kind: oneOf('dust', 'star'),
}) {
  get distance(): number {
    return Math.hypot(...this.pos)
  }
}

// Types that refer to each other.
class Node extends struct({ first: ptr<Edge>(), weight: f32 }) {}
class Edge extends struct({ from: ptr<Node>(), to: ptr<Node>(), next: ptr<Edge>() }) {}

class Everything extends struct({
  at: Vec3,
  body: union({ ball: Vec3, box: array(f64, 2), none: bool }),
  label: text,
  data: blob,
  note: optional(text),
  count: i64,
  small: atomic(u8),
  list: vec(u32),
  path: vec(Vec3),
  ready: condition,
  head: atomic(ptr<Node>()),
}) {}

/** Compiles only if both types are the same. */
function same<A, B>(
  ..._: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? [] : [never]
) {}

export function inferred(heap: Heap) {
  const p = Particle.make(heap, { name: 'a', pos: [1, 2], kind: 'star', hits: 3 })
  same<typeof p, Ptr<Particle>>()
  const v = Particle.at(heap, p)
  same<typeof v, Particle>()
  same<typeof v.name, string>()
  same<typeof v.kind, 'dust' | 'star'>()
  same<typeof v.next, MaybePtr<Particle>>()
  same<typeof v.distance, number>()
  const next = v.next
  if (next !== 0) same<typeof next, Ptr<Particle>>()
  if (next !== 0) v.moveTo(next).hits.add(1)
  using held = v.lock.acquire()
  same<typeof held.ownerDied, boolean>()
  using scoped = Particle.scoped(heap)
  scoped.kind = 'dust'
  for (const one of Particle.makeMany(heap, 10)) same<typeof one, Particle>()
  Particle.free(heap, p)
  Particle.free(heap, v.next)

  const e = Everything.at(
    heap,
    Everything.make(heap, { body: { box: [1, 2] }, at: { x: 1 }, path: [{ x: 1 }] }),
  )
  same<typeof e.at, Vec3>()
  same<typeof e.count, bigint>()
  same<typeof e.note, string | undefined>()
  same<typeof e.body.tag, 'ball' | 'box' | 'none'>()
  same<ReturnType<typeof e.body.set<'ball'>>, Vec3>()
  const size: number | undefined = e.body.get('ball')?.size
  const first: number = e.path.get(0).size
  e.head.compareExchange(0, Node.make(heap))
  e.list.push(size ?? first)
  e.note = undefined

  const node = Node.at(heap, Node.make(heap))
  const edge = node.first
  if (edge !== 0) {
    const to = Edge.at(heap, edge).to
    if (to !== 0) node.moveTo(to)
  }

  const columns = Vec3.columns(heap, 100)
  same<typeof columns.x, Float64Array>()
}

export function refused(heap: Heap) {
  const p = Particle.make(heap)
  const v = Particle.at(heap, p)
  // @ts-expect-error: no such field
  Particle.make(heap, { nam: 'a' })
  // @ts-expect-error: a number is no string
  Particle.make(heap, { name: 1 })
  // @ts-expect-error: no such kind
  Particle.make(heap, { kind: 'planet' })
  // @ts-expect-error: no such field
  v.mass
  // @ts-expect-error: no such kind
  v.kind = 'planet'
  // @ts-expect-error: an array is assigned to element by element
  v.pos = [1, 2, 3]
  // @ts-expect-error: an atomic is changed by its operations
  v.hits = 3
  // @ts-expect-error: a lock has no value
  Particle.make(heap, { lock: 1 })
  // @ts-expect-error: a number is no pointer
  Particle.at(heap, 16)
  // @ts-expect-error: a pointer to another type
  Particle.at(heap, Node.make(heap))
  // @ts-expect-error: null
  Particle.at(heap, v.next)
  // @ts-expect-error: a pointer to another type
  v.moveTo(Node.make(heap))
  // @ts-expect-error: a pointer to another type
  v.next = Node.make(heap)
  // @ts-expect-error: a pointer to another type
  Particle.free(heap, Node.make(heap))
  // @ts-expect-error: an element is a number
  v.pos.set(0, '1')
  // @ts-expect-error: a byte is too small to sleep on
  Everything.at(heap, Everything.make(heap)).small.wait(0)
  // @ts-expect-error: what is a view cannot be assigned to, so it cannot be optional
  optional(Vec3)
  // @ts-expect-error: floating-point numbers have no atomic operations
  atomic(f64)
  // @ts-expect-error: names have none either
  atomic(oneOf('a', 'b'))
  // @ts-expect-error: locks are no columns
  Particle.columns(heap, 10).lock
  // @ts-expect-error: two variants
  Everything.make(heap, { body: { ball: {}, round: true } })
  // @ts-expect-error: u64 takes bigints
  Everything.make(heap, { count: 1 })
}
