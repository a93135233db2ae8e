/**
 * Structs in the shared heap whose pointers go through a Queue: a block for each, by hand or as `@hakmem/structs`, or the
 * structs of a message in a row.
 *
 * Of each message go 1 more than its number of structs, and then its pointers.
 *
 * What makes and takes the structs of a message is bound to its heap once, and called as a function of its own, as the loops of
 * the other benchmarks are (`Bind` and `apart` in `../loops/kind.ts`): methods, which V8 inlined into what waits for messages,
 * had structs at 0.85 of their speed.
 */

import { Queue } from '@hakmem/collections'
import type { Heap, Ptr } from '@hakmem/core'
import { f64, struct } from '@hakmem/structs'
import { apart } from '../loops/kind.ts'
import { BYTES, read, write } from './six-doubles.ts'
import type { End, Take } from './ways.ts'

/** The structs of the largest message. */
const MOST = 1000
/** More than a sender is ahead, see `side.worker.ts`. */
export const CAPACITY = 262_144

/** What is done with the structs of a message. */
interface Handling {
  /** Makes structs from number `first` on, their pointers from `into[1]` on; where those end. */
  make(into: Uint32Array, count: number, first: number): number
  /** Reads and frees what is at pointers [from, to) of a message of `count` structs; gives the sum of the fields. */
  take(pointers: Uint32Array, from: number, to: number, count: number): number
  /** Whether a message has one pointer, not one for each struct. */
  readonly isRow: boolean
}

export class Queued implements End {
  readonly #heap: Heap
  readonly #out: Queue
  readonly #in: Queue
  readonly #handling: Handling
  readonly #sending = new Uint32Array(MOST + 1)
  readonly #received = new Uint32Array(MOST + 1)
  /** Of what was received: the next to read, and the end. */
  #next = 0
  #end = 0

  constructor(heap: Heap, [out, back]: readonly [Ptr, Ptr], bind: (heap: Heap) => Handling) {
    this.#heap = heap
    this.#out = Queue.at(heap, out)
    this.#in = Queue.at(heap, back)
    this.#handling = bind(heap)
  }

  send(count: number, first: number): void {
    const sending = this.#sending
    sending[0] = count + 1
    const end = count === 0 ? 1 : apart(this.#handling.make, sending, count, first)
    this.#out.pushMany(sending, end)
  }

  async listen(take: Take): Promise<void> {
    const { take: takeStructs, isRow } = this.#handling
    let goesOn = true
    while (goesOn) {
      this.#await()
      const count = this.#received[this.#next++] - 1
      let sum = 0
      for (let left = isRow ? Math.min(count, 1) : count; left > 0; ) {
        this.#await()
        const from = this.#next
        this.#next = Math.min(from + left, this.#end)
        left -= this.#next - from
        sum += apart(takeStructs, this.#received, from, this.#next, count)
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
    this.#heap.detach()
  }
}

export function blocks(heap: Heap): Handling {
  const { F64 } = heap
  return {
    isRow: false,
    make(into, count, first) {
      for (let k = 0; k < count; k++) {
        const p = heap.malloc(BYTES)
        write(F64, p >>> 3, first + k)
        into[k + 1] = p
      }
      return count + 1
    },
    take(pointers, from, to) {
      let sum = 0
      for (let k = from; k < to; k++) {
        const p = pointers[k]
        sum += read(F64, p >>> 3)
        heap.free(p)
      }
      return sum
    },
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

export function structs(heap: Heap): Handling {
  const view = viewOf(heap)
  return {
    isRow: false,
    make(into, count, first) {
      for (let k = 0; k < count; k++) {
        const p = Particle.make(heap)
        set(view.moveTo(p), first + k)
        into[k + 1] = p
      }
      return count + 1
    },
    take(pointers, from, to) {
      let sum = 0
      for (let k = from; k < to; k++) {
        view.moveTo(pointers[k] as Ptr<Particle>)
        sum += sumOfFields(view)
        Particle.free(heap, view.ptr)
      }
      return sum
    },
  }
}

export function rows(heap: Heap): Handling {
  return {
    isRow: true,
    make(into, count, first) {
      const row = Particle.makeMany(heap, count)
      let k = first
      for (const one of row) set(one, k++)
      into[1] = row.ptr
      return 2
    },
    take(pointers, from, _to, count) {
      using row = Particle.manyAt(heap, pointers[from] as Ptr<Particle>, count)
      let sum = 0
      for (const one of row) sum += sumOfFields(one)
      return sum
    },
  }
}

/** A view to move. */
function viewOf(heap: Heap): Particle {
  const first = Particle.make(heap)
  const view = Particle.at(heap, first)
  Particle.free(heap, first)
  return view
}
