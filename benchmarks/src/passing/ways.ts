/**
 * The ways in which a thread can pass structs to another: cloned by `postMessage`, in a buffer that `postMessage`
 * transfers, or left in the shared heap, with their pointers sent by `postMessage` or through a Queue: a block for each
 * struct, or one for all of a message.
 *
 * A struct is six doubles, 48 bytes. Struct `k` has k, k + 0.5, ... k + 2.5 in its fields; whoever receives it reads them
 * all and gives the memory back. A message of no structs is the last.
 */

import type { MessagePort } from 'node:worker_threads'
import { Heap, type HeapHandle, type Ptr } from '@hakmem/core'
import { blocks, Queued, rows, structs } from './queued.ts'
import { BYTES, FIELDS, read, write } from './six-doubles.ts'

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
  /** Queues to send through, and to receive from. */
  readonly queues: readonly [Ptr, Ptr]
}

interface Way {
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
  'heap, queue': {
    about: 'in the shared heap, pointers through a Queue',
    open: ({ heap, queues }) => new Queued(Heap.attach(heap), queues, blocks),
  },
  'structs, queue': {
    about: 'the same as structs of @hakmem/structs',
    open: ({ heap, queues }) => new Queued(Heap.attach(heap), queues, structs),
  },
  'row, queue': {
    about: 'a message is structs in a row (makeMany), its pointer goes through the Queue',
    open: ({ heap, queues }) => new Queued(Heap.attach(heap), queues, rows),
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
