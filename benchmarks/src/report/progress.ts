/**
 * Where the run is and how long it will still take. A terminal shows one line that is redrawn at every step;
 * anything else (a log) gets a plain line per cell and then one in a while.
 */

import { createLogUpdate } from 'log-update'

const PLAIN_EVERY_MS = 15_000

export class Progress {
  readonly #stream: NodeJS.WriteStream
  readonly #redraw: ReturnType<typeof createLogUpdate> | undefined
  readonly #planned: number
  readonly #started = performance.now()
  #done = 0
  #underWay = 0
  #cell = ''
  #lastPlain = Number.NEGATIVE_INFINITY

  /** `planned`: seconds that the run should take. */
  constructor(stream: NodeJS.WriteStream, planned: number) {
    this.#stream = stream
    this.#planned = planned
    this.#redraw = stream.isTTY && stream.columns > 0 ? createLogUpdate(stream) : undefined
  }

  /** `done`: seconds of the plan that lie behind. */
  startCell(name: string, done: number): void {
    this.#cell = name
    this.#done = done
    this.#underWay = 0
    this.#lastPlain = Number.NEGATIVE_INFINITY
  }

  /** `seconds`: what the step should take. */
  step(what: string, seconds: number): void {
    const now = performance.now()
    const line = `${this.#cell}: ${what} ${this.#remaining(now)}`
    this.#underWay += seconds
    if (this.#redraw) this.#redraw(line)
    else if (now - this.#lastPlain >= PLAIN_EVERY_MS) {
      this.#lastPlain = now
      this.#stream.write(`${line}\n`)
    }
  }

  /** Removes the line, to print something in its place. */
  clear(): void {
    this.#redraw?.clear()
  }

  end(): void {
    this.#redraw?.clear()
    this.#redraw?.done()
  }

  #remaining(now: number): string {
    const behind = Math.min(this.#done + this.#underWay, this.#planned)
    const elapsed = (now - this.#started) / 1000
    // The plan's own figure at first; the more lies behind, the more what it really took counts.
    const factor = (this.#planned * 0.1 + elapsed) / (this.#planned * 0.1 + behind)
    return `(about ${formatSeconds((this.#planned - behind) * factor)} left)`
  }
}

function formatSeconds(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds))
  return whole < 100 ? `${whole} s` : `${Math.round(whole / 60)} min`
}
