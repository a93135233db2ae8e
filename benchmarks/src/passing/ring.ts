/**
 * A ring of pointers in shared memory, from one thread to one other: a count, then so many pointers, for each message.
 * The sender must not be further ahead than SLOTS: see `WINDOW` in `side.worker.ts`.
 */

import { Mark } from './mark.ts'

export const SLOTS = 65_536
export const MASK = SLOTS - 1

export class Ring {
  static readonly BYTES = Mark.BYTES + SLOTS * 4

  /** Both sides count slots from 0, wrapping at 2^32; the slot of a number is `number & MASK`. */
  readonly slots: Uint32Array
  /** The number of the next slot to write, or to read. */
  at = 0
  /** Slots written so far; moved by the sender when a message is complete. */
  readonly #written: Mark
  #seen = 0

  constructor(memory: SharedArrayBuffer) {
    this.#written = new Mark(memory)
    this.slots = new Uint32Array(memory, Mark.BYTES)
  }

  /** For the sender: hands over all slots before `end`. */
  publish(end: number): void {
    this.at = end
    this.#written.move(end)
  }

  /** For the receiver: waits until there is a message that it has not read. */
  wait(): void {
    if (this.#seen === this.at) this.#seen = this.#written.past(this.#seen)
  }
}
