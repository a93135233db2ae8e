/**
 * How many operations to run between two looks at the clock: few enough to end on time with a slow allocator,
 * enough that the clock and the call cost nothing with a fast one. It also makes the loops be entered again and
 * again, so that V8 optimises the function as a whole and not just the one endless loop.
 */

const SHORT = 100e-6
const LONG = 400e-6

export class Pace {
  chunk: number
  readonly #least: number
  #last: number

  constructor(least: number, now: number) {
    this.chunk = least
    this.#least = least
    this.#last = now
  }

  /** Call with the time after each chunk. */
  adapt(now: number): void {
    const took = now - this.#last
    this.#last = now
    if (took < SHORT) this.chunk *= 2
    else if (took > LONG && this.chunk > this.#least) this.chunk >>>= 1
  }
}
