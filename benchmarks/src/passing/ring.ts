/**
 * A ring of pointers in shared memory, from one thread to one other: a count, then so many pointers, for each message.
 * The sender must not be further ahead than SLOTS: see `WINDOW` in `side.worker.ts`.
 */

import { Mark } from './mark.ts'

export const SLOTS = 65_536
const MASK = SLOTS - 1

export class Ring {
  static readonly BYTES = Mark.BYTES + SLOTS * 4

  readonly #slots: Uint32Array
  /** Slots written so far, wrapping; moved by the sender when a message is complete. */
  readonly #written: Mark
  #at = 0
  #seen = 0

  constructor(memory: SharedArrayBuffer) {
    this.#written = new Mark(memory)
    this.#slots = new Uint32Array(memory, Mark.BYTES)
  }

  /** For the sender: a pointer, or a count. */
  put(value: number): void {
    this.#slots[this.#at & MASK] = value
    this.#at = (this.#at + 1) | 0
  }

  /** For the sender: hands over all that was put. */
  publish(): void {
    this.#written.move(this.#at)
  }

  /** For the receiver: waits until something was handed over that it has not taken. */
  wait(): void {
    if (this.#seen === this.#at) this.#seen = this.#written.past(this.#seen)
  }

  /** For the receiver. */
  take(): number {
    const value = this.#slots[this.#at & MASK]
    this.#at = (this.#at + 1) | 0
    return value
  }
}
