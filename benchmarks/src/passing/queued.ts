/**
 * Structs in the shared heap whose pointers go through a Queue: a block for each, by hand or as `@hakmem/structs`, or the
 * structs of a message in a row.
 *
 * Of each message go 1 more than its number of structs, and then its pointers.
 */

import { Queue } from '@hakmem/collections'
import type { Heap, Ptr } from '@hakmem/core'
import { f64, struct } from '@hakmem/structs'
import { BYTES, read, write } from './six-doubles.ts'
import type { End, Take } from './ways.ts'

/** The structs of the largest message. */
const MOST = 1000
/** More than a sender is ahead, see `side.worker.ts`. */
export const CAPACITY = 262_144

abstract class Queued implements End {
  protected readonly heap: Heap
  readonly #out: Queue
  readonly #in: Queue
  readonly #sending = new Uint32Array(MOST + 1)
  readonly #received = new Uint32Array(MOST + 1)
  /** Of what was received: the next to read, and the end. */
  #next = 0
  #end = 0

  constructor(heap: Heap, out: Ptr, back: Ptr) {
    this.heap = heap
    this.#out = Queue.at(heap, out)
    this.#in = Queue.at(heap, back)
  }

  send(count: number, first: number): void {
    const sending = this.#sending
    sending[0] = count + 1
    const end = count === 0 ? 1 : this.make(sending, count, first)
    this.#out.pushMany(sending, end)
  }

  async listen(take: Take): Promise<void> {
    let goesOn = true
    while (goesOn) {
      this.#await()
      const count = this.#received[this.#next++] - 1
      let sum = 0
      for (let left = this.pointersOf(count); left > 0; ) {
        this.#await()
        const from = this.#next
        this.#next = Math.min(from + left, this.#end)
        left -= this.#next - from
        sum += this.take(this.#received, from, this.#next, count)
      }
      goesOn = take(count, sum)
    }
  }

  /** Waits until there is something that was received. */
  #await(): void {
    if (this.#next < this.#end) return
    this.#end = this.#in.popMany(this.#received)
    this.#next = 0
  }

  close(): void {
    this.heap.detach()
  }

  /** Pointers of a message of `count` structs. */
  protected pointersOf(count: number): number {
    return count
  }

  /** Makes structs from number `first` on, their pointers from `into[1]` on; where those end. */
  protected abstract make(into: Uint32Array, count: number, first: number): number
  /** Reads and frees what is at pointers [from, to) of a message of `count` structs; gives the sum of the fields. */
  protected abstract take(pointers: Uint32Array, from: number, to: number, count: number): number
}

export class Blocks extends Queued {
  protected make(into: Uint32Array, count: number, first: number): number {
    const { heap } = this
    const fields = heap.F64
    for (let k = 0; k < count; k++) {
      const p = heap.malloc(BYTES)
      write(fields, p >>> 3, first + k)
      into[k + 1] = p
    }
    return count + 1
  }

  protected take(pointers: Uint32Array, from: number, to: number): number {
    const { heap } = this
    const fields = heap.F64
    let sum = 0
    for (let k = from; k < to; k++) {
      const p = pointers[k]
      sum += read(fields, p >>> 3)
      heap.free(p)
    }
    return sum
  }
}

class Particle extends struct({ x: f64, y: f64, z: f64, vx: f64, vy: f64, vz: f64 }) {}

function set(particle: Particle, k: number): void {
  particle.x = k
  particle.y = k + 0.5
  particle.z = k + 1
  particle.vx = k + 1.5
  particle.vy = k + 2
  particle.vz = k + 2.5
}

const sumOfFields = ({ x, y, z, vx, vy, vz }: Particle): number => x + y + z + vx + vy + vz

export class Structs extends Queued {
  readonly #view = viewOf(this.heap)

  protected make(into: Uint32Array, count: number, first: number): number {
    const { heap } = this
    const view = this.#view
    for (let k = 0; k < count; k++) {
      const p = Particle.make(heap)
      set(view.moveTo(p), first + k)
      into[k + 1] = p
    }
    return count + 1
  }

  protected take(pointers: Uint32Array, from: number, to: number): number {
    const { heap } = this
    const view = this.#view
    let sum = 0
    for (let k = from; k < to; k++) {
      view.moveTo(pointers[k] as Ptr<Particle>)
      sum += sumOfFields(view)
      Particle.free(heap, view.ptr)
    }
    return sum
  }
}

export class Rows extends Queued {
  protected make(into: Uint32Array, count: number, first: number): number {
    const row = Particle.makeMany(this.heap, count)
    let k = first
    for (const one of row) set(one, k++)
    into[1] = row.ptr
    return 2
  }

  protected override pointersOf(count: number): number {
    return Math.min(count, 1)
  }

  protected take(pointers: Uint32Array, from: number, _to: number, count: number): number {
    using row = Particle.manyAt(this.heap, pointers[from] as Ptr<Particle>, count)
    let sum = 0
    for (const one of row) sum += sumOfFields(one)
    return sum
  }
}

/** A view to move. */
function viewOf(heap: Heap): Particle {
  const first = Particle.make(heap)
  const view = Particle.at(heap, first)
  Particle.free(heap, first)
  return view
}
