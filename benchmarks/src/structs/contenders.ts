/**
 * Records of 48 bytes in memory, by each of the ways that there are: what a program would write that uses the way.
 *
 * `access` goes over 1000 records whose views, where a way has none that moves, were made before: reads two fields and
 * writes a third. `iterate` goes over a million, piece by piece, and makes what views it needs: adds up one field. `make`
 * makes records and drops them.
 */

import { Heap } from '@hakmem/core'
import { f64, type StructClass, struct, u32 } from '@hakmem/structs'
import backed from 'buffer-backed-object'
import { View } from 'structurae'
import { Struct } from 'typed-struct'

interface Contender {
  readonly about: string
  /** Each returns what one pass does: over `count` records. The result is a sum, so that nothing is left out. */
  access(count: number): () => number
  iterate(count: number): (from: number, to: number) => number
  make?(count: number): () => number
  /** Where a million records would take minutes: how many `iterate` goes over. */
  readonly most?: number
}

const BYTES = 48
const HITS = 32

/** What is in record `k`: never a whole number, so that sums stay floating-point. */
const x = (k: number) => k + 0.25

const heap = Heap.create({ bytes: 256 * 2 ** 20, threads: 1 })

const offsets: Contender = {
  about: 'views of the heap, offsets by hand; malloc and free',
  access: (count) => {
    const { F64, U32 } = heap
    const first = filled(count)
    return () => accessAt(F64, U32, first, count)
  },
  iterate: (count) => {
    const { F64 } = heap
    const first = filled(count)
    return (from, to) => sumAt(F64, first + from * BYTES, to - from)
  },
  make: (count) => () => {
    for (let k = 0; k < count; k++) heap.free(heap.malloc(BYTES))
    return count
  },
}

function filled(count: number): number {
  const first = heap.calloc(count, BYTES)
  for (let k = 0; k < count; k++) heap.F64[(first + k * BYTES) >>> 3] = x(k)
  return first
}

function accessAt(F64: Float64Array, U32: Uint32Array, first: number, count: number): number {
  let sum = 0.5
  for (let k = 0; k < count; k++) {
    const p = first + k * BYTES
    sum += F64[p >>> 3] + U32[(p + HITS) >>> 2]
    F64[(p + 8) >>> 3] = sum
  }
  return sum
}

function sumAt(F64: Float64Array, first: number, count: number): number {
  let sum = 0.5
  for (let k = 0; k < count; k++) sum += F64[(first + k * BYTES) >>> 3]
  return sum
}

const FIELDS = { x: f64, y: f64, z: f64, mass: f64, hits: u32, kind: u32, id: f64 }

class Particle extends struct(FIELDS) {}

const structs: Contender = {
  about: '@hakmem/structs, a view that moves; make and free',
  access: (count) => {
    const all = filledMany(count)
    return () => {
      let sum = 0.5
      const view = all.at(0)
      for (let k = 0; k < count; k++) {
        view.moveTo(all.ptrAt(k))
        sum += view.x + view.hits
        view.y = sum
      }
      return sum
    }
  },
  iterate: (count) => {
    const all = filledMany(count)
    return (from, to) => {
      let sum = 0.5
      const view = all.at(0)
      for (let k = from; k < to; k++) sum += view.moveTo(all.ptrAt(k)).x
      return sum
    }
  },
  make: (count) => () => {
    for (let k = 0; k < count; k++) Particle.free(heap, Particle.make(heap))
    return count
  },
}

function filledMany(count: number) {
  const all = Particle.makeMany(heap, count)
  let k = 0
  for (const one of all) one.x = x(k++)
  return all
}

/** The same in a program that has used a dozen other struct types as much. */
const amongOthers: Contender = {
  ...structs,
  about: 'the same, behind a dozen other struct types',
  access: (count) => {
    warmOthers()
    return structs.access(count)
  },
}

function warmOthers(): void {
  for (let k = 0; k < 12; k++) {
    class Other extends (struct({ ...FIELDS, [`more${k}`]: u32 }) as StructClass<typeof FIELDS>) {}
    using all = Other.makeMany(heap, 1000)
    for (let pass = 0; pass < 200; pass++) {
      const view = all.at(0)
      for (let i = 0; i < 1000; i++) {
        view.moveTo(all.ptrAt(i))
        view.y = view.x + view.hits
        Other.free(heap, Other.make(heap))
      }
    }
  }
}

const forOf: Contender = {
  about: '@hakmem/structs, for (const view of many); at(heap, ptr)',
  access: (count) => {
    const all = filledMany(count)
    return () => {
      let sum = 0.5
      for (let k = 0; k < count; k++) {
        const view = Particle.at(heap, all.ptrAt(k))
        sum += view.x + view.hits
        view.y = sum
      }
      return sum
    }
  },
  iterate: (count) => {
    const all = filledMany(count)
    return (from, to) => {
      let sum = 0.5
      for (const view of Particle.manyAt(heap, all.ptrAt(from), to - from)) sum += view.x
      return sum
    }
  },
  make: (count) => () => {
    for (let k = 0; k < count; k++) Particle.free(heap, Particle.make(heap, { x: 1, hits: 2, id: k }))
    return count
  },
}

const objects: Contender = {
  about: 'plain objects of one thread, for comparison',
  access: (count) => {
    const all = Array.from({ length: count }, (_, k) => plain(k))
    return () => accessObjects(all)
  },
  iterate: (count) => {
    const all = Array.from({ length: count }, (_, k) => plain(k))
    return (from, to) => sumObjects(all, from, to)
  },
}

interface Accessible {
  readonly x: number
  readonly hits: number
  y: number
}

/** Over what has a property for each field, however it got it. */
function accessObjects(all: readonly Accessible[]): number {
  let sum = 0.5
  for (let k = 0; k < all.length; k++) {
    const one = all[k]
    sum += one.x + one.hits
    one.y = sum
  }
  return sum
}

function sumObjects(all: ArrayLike<Accessible>, from: number, to: number): number {
  let sum = 0.5
  for (let k = from; k < to; k++) sum += all[k].x
  return sum
}

const plain = (k: number) => ({ x: x(k), y: 0.5, z: 0.5, mass: 0.5, hits: 0, kind: 0, id: 0.5 })

const DESCRIPTORS = {
  x: backed.Float64(),
  y: backed.Float64(),
  z: backed.Float64(),
  mass: backed.Float64(),
  hits: backed.Uint32(),
  kind: backed.Uint32(),
  id: backed.Float64(),
}

const bufferBacked: Contender = {
  about: 'ArrayOfBufferBackedObjects over the same kind of buffer',
  most: 10_000,
  access: (count) => {
    const all = Array.from(backedArray(count))
    return () => accessObjects(all)
  },
  iterate: (count) => {
    const all = backedArray(count)
    return (from, to) => sumObjects(all, from, to)
  },
  make: (count) => () => {
    let made = 0
    for (let k = 0; k < count; k++) {
      made += backed.BufferBackedObject(new ArrayBuffer(BYTES), DESCRIPTORS).hits + 1
    }
    return made
  },
}

function backedArray(count: number) {
  return backed.ArrayOfBufferBackedObjects(bufferOf(count, BYTES), DESCRIPTORS, { length: count })
}

/** Records of `stride` bytes that start with their first field. */
function bufferOf(count: number, stride: number): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(count * stride))
  for (let k = 0; k < count; k++) view.setFloat64(k * stride, x(k), true)
  return view.buffer
}

interface PlainParticle {
  x: number
  y: number
  z: number
  mass: number
  hits: number
  kind: number
  id: number
}

const number64 = { type: 'number', btype: 'float64' } as const
const number32 = { type: 'number', btype: 'uint32' } as const

const ParticleView = new View().create<PlainParticle>({
  $id: 'Particle',
  type: 'object',
  properties: {
    x: number64,
    y: number64,
    z: number64,
    mass: number64,
    hits: number32,
    kind: number32,
    id: number64,
  },
})

const structurae: Contender = {
  about: 'structurae, an object view (get and set by name) for each record',
  most: 10_000,
  access: (count) => {
    const all = Array.from({ length: count }, (_, k) => ParticleView.from(plain(k)))
    return () => {
      let sum = 0.5
      for (let k = 0; k < count; k++) {
        const one = all[k]
        sum += (one.get('x') ?? 0) + (one.get('hits') ?? 0)
        one.set('y', sum)
      }
      return sum
    }
  },
  iterate: (count) => {
    const buffer = bufferOf(count, ParticleView.viewLength)
    const Class = ParticleView as unknown as new (
      buffer: ArrayBuffer,
      at: number,
      length: number,
    ) => InstanceType<typeof ParticleView>
    const length = ParticleView.viewLength
    return (from, to) => {
      let sum = 0.5
      for (let k = from; k < to; k++) sum += new Class(buffer, k * length, length).get('x') ?? 0
      return sum
    }
  },
  make: (count) => () => {
    let made = 0
    for (let k = 0; k < count; k++) made += ParticleView.from(plain(k)).byteLength
    return made
  },
}

const TypedParticle = new Struct('Particle')
  .Float64LE('x')
  .Float64LE('y')
  .Float64LE('z')
  .Float64LE('mass')
  .UInt32LE('hits')
  .UInt32LE('kind')
  .Float64LE('id')
  .compile()

const typedStruct: Contender = {
  about: 'typed-struct, an object with accessors for each record',
  most: 10_000,
  access: (count) => {
    const all = Array.from({ length: count }, (_, k) => Object.assign(new TypedParticle(), { x: x(k) }))
    return () => accessObjects(all)
  },
  iterate: (count) => {
    const buffer = Buffer.from(bufferOf(count, BYTES))
    return (from, to) => {
      let sum = 0.5
      for (let k = from; k < to; k++) sum += new TypedParticle(buffer.subarray(k * BYTES, (k + 1) * BYTES)).x
      return sum
    }
  },
  make: (count) => () => {
    let made = 0
    for (let k = 0; k < count; k++) made += new TypedParticle().hits + 1
    return made
  },
}

/** The first is what the others are compared with. */
export const contenders: Readonly<Record<string, Contender>> = {
  offsets,
  structs,
  'structs, many types': amongOthers,
  'structs, handy': forOf,
  objects,
  'buffer-backed-object': bufferBacked,
  structurae,
  'typed-struct': typedStruct,
}
