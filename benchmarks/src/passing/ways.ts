/**
 * The ways in which a thread can pass structs to another: cloned by `postMessage`, in a buffer that `postMessage`
 * transfers, or left in the shared heap, with their pointers sent by `postMessage` or through a ring in shared memory.
 *
 * A struct is six doubles, 48 bytes. Struct `k` has k, k + 0.5, ... k + 2.5 in its fields; whoever receives it reads them
 * all and gives the memory back. A message of no structs is the last.
 */

import type { MessagePort } from 'node:worker_threads'
import { Heap, type HeapHandle, type Ptr } from '@hakmem/core'
import { f64, struct } from '@hakmem/structs'
import { MASK, Ring } from './ring.ts'

/** Gets the number of structs of a message and the sum of all their fields; false ends the listening. */
export type Take = (count: number, sum: number) => boolean

/** One side's end of a connection; used by one thread. */
export interface End {
  /** Sends `count` structs as one message, numbered from `first`. */
  send(count: number, first: number): void
  listen(take: Take): Promise<void>
  close(): void
}

/** What a side gets; plain, so that it can be sent. */
export interface Connection {
  readonly port: MessagePort
  readonly heap: HeapHandle
  /** To send through, and to receive from. */
  readonly rings: readonly [SharedArrayBuffer, SharedArrayBuffer]
}

const FIELDS = 6
const BYTES = FIELDS * 8

/** The sum of all fields of structs [first, first + count). */
export function sumOf(first: number, count: number): number {
  return count * (FIELDS * (first + (count - 1) / 2) + 7.5)
}

export interface Way {
  readonly about: string
  open(connection: Connection): End
}

export const BASELINE = 'postMessage'

export const ways: Readonly<Record<string, Way>> = {
  [BASELINE]: { about: 'an array of objects, cloned', open: ({ port }) => new Cloned(port) },
  transfer: { about: 'an ArrayBuffer, transferred', open: ({ port }) => new Transferred(port) },
  'heap, postMessage': {
    about: 'in the shared heap, pointers cloned',
    open: ({ port, heap }) => new Pointers(port, Heap.attach(heap)),
  },
  'structs, ring': {
    about: 'the same as structs of @hakmem/structs',
    open: ({ heap, rings }) => new Structs(Heap.attach(heap), ...rings),
  },
  'heap, ring': {
    about: 'in the shared heap, pointers through a shared ring',
    open: ({ heap, rings }) => new Ringed(Heap.attach(heap), ...rings),
  },
}

interface Particle {
  readonly x: number
  readonly y: number
  readonly z: number
  readonly vx: number
  readonly vy: number
  readonly vz: number
}

/** What all that use the port have in common. */
abstract class Posted<Message> implements End {
  protected readonly port: MessagePort

  constructor(port: MessagePort) {
    this.port = port
  }

  listen(take: Take): Promise<void> {
    return new Promise((resolve) => {
      const onMessage = (message: Message) => {
        if (this.receive(message, take)) return
        this.port.off('message', onMessage)
        resolve()
      }
      this.port.on('message', onMessage)
    })
  }

  close(): void {
    this.port.close()
  }

  abstract send(count: number, first: number): void
  protected abstract receive(message: Message, take: Take): boolean
}

class Cloned extends Posted<Particle[]> {
  send(count: number, first: number): void {
    const particles: Particle[] = []
    for (let k = first; k < first + count; k++)
      particles.push({ x: k, y: k + 0.5, z: k + 1, vx: k + 1.5, vy: k + 2, vz: k + 2.5 })
    this.port.postMessage(particles)
  }

  protected receive(particles: Particle[], take: Take): boolean {
    let sum = 0
    for (const { x, y, z, vx, vy, vz } of particles) sum += x + y + z + vx + vy + vz
    return take(particles.length, sum)
  }
}

class Transferred extends Posted<ArrayBuffer> {
  send(count: number, first: number): void {
    const fields = new Float64Array(count * FIELDS)
    for (let k = 0; k < count; k++) write(fields, k * FIELDS, first + k)
    this.port.postMessage(fields.buffer, [fields.buffer])
  }

  protected receive(buffer: ArrayBuffer, take: Take): boolean {
    const fields = new Float64Array(buffer)
    let sum = 0
    for (let at = 0; at < fields.length; at += FIELDS) sum += read(fields, at)
    return take(fields.length / FIELDS, sum)
  }
}

class Pointers extends Posted<Uint32Array> {
  readonly #heap: Heap

  constructor(port: MessagePort, heap: Heap) {
    super(port)
    this.#heap = heap
  }

  send(count: number, first: number): void {
    const heap = this.#heap
    const fields = heap.F64
    const pointers = new Uint32Array(count)
    for (let k = 0; k < count; k++) {
      const p = heap.malloc(BYTES)
      write(fields, p >>> 3, first + k)
      pointers[k] = p
    }
    this.port.postMessage(pointers)
  }

  protected receive(pointers: Uint32Array, take: Take): boolean {
    const heap = this.#heap
    const fields = heap.F64
    let sum = 0
    for (let k = 0; k < pointers.length; k++) {
      const p = pointers[k]
      sum += read(fields, p >>> 3)
      heap.free(p)
    }
    return take(pointers.length, sum)
  }

  override close(): void {
    this.#heap.detach()
    super.close()
  }
}

class Ringed implements End {
  protected readonly heap: Heap
  readonly #out: Ring
  readonly #in: Ring

  constructor(heap: Heap, out: SharedArrayBuffer, back: SharedArrayBuffer) {
    this.heap = heap
    this.#out = new Ring(out)
    this.#in = new Ring(back)
  }

  send(count: number, first: number): void {
    const { slots, at } = this.#out
    slots[at & MASK] = count
    for (let k = 1; k <= count; k++) slots[(at + k) & MASK] = this.make(first + k - 1)
    this.#out.publish((at + count + 1) | 0)
  }

  async listen(take: Take): Promise<void> {
    while (this.#receive(take));
  }

  #receive(take: Take): boolean {
    this.#in.wait()
    const { slots, at } = this.#in
    const count = slots[at & MASK]
    let sum = 0
    for (let k = 1; k <= count; k++) sum += this.take(slots[(at + k) & MASK])
    this.#in.at = (at + count + 1) | 0
    return take(count, sum)
  }

  close(): void {
    this.heap.detach()
  }

  /** Struct `k`, new. */
  protected make(k: number): number {
    const { heap } = this
    const p = heap.malloc(BYTES)
    write(heap.F64, p >>> 3, k)
    return p
  }

  /** The sum of its fields; it is freed. */
  protected take(p: number): number {
    const { heap } = this
    const sum = read(heap.F64, p >>> 3)
    heap.free(p)
    return sum
  }
}

class Particle48 extends struct({ x: f64, y: f64, z: f64, vx: f64, vy: f64, vz: f64 }) {}

class Structs extends Ringed {
  readonly #view: Particle48

  constructor(heap: Heap, out: SharedArrayBuffer, back: SharedArrayBuffer) {
    super(heap, out, back)
    const first = Particle48.make(heap)
    this.#view = Particle48.at(heap, first)
    Particle48.free(heap, first)
  }

  protected override make(k: number): number {
    const p = Particle48.make(this.heap)
    const view = this.#view.moveTo(p)
    view.x = k
    view.y = k + 0.5
    view.z = k + 1
    view.vx = k + 1.5
    view.vy = k + 2
    view.vz = k + 2.5
    return p
  }

  protected override take(p: number): number {
    const view = this.#view.moveTo(p as Ptr<Particle48>)
    const sum = view.x + view.y + view.z + view.vx + view.vy + view.vz
    Particle48.free(this.heap, view.ptr)
    return sum
  }
}

function write(fields: Float64Array, at: number, k: number): void {
  fields[at] = k
  fields[at + 1] = k + 0.5
  fields[at + 2] = k + 1
  fields[at + 3] = k + 1.5
  fields[at + 4] = k + 2
  fields[at + 5] = k + 2.5
}

function read(fields: Float64Array, at: number): number {
  return fields[at] + fields[at + 1] + fields[at + 2] + fields[at + 3] + fields[at + 4] + fields[at + 5]
}
