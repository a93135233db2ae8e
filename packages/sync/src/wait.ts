/** Sleeping on a word until it is notified, and time. */

interface Host {
  readonly performance: { now(): number }
}

const host = globalThis as unknown as Host

/** False where the host forbids sleeping: a browser's main thread. Asked once, of a word that nobody sleeps on. */
export const canBlock: boolean = isAllowed()

function isAllowed(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0)
    return true
  } catch {
    return false
  }
}

/** The time at which `timeout` milliseconds from now are over. */
export function deadline(timeout: number): number {
  return timeout === Number.POSITIVE_INFINITY ? timeout : host.performance.now() + timeout
}

/** Milliseconds until `end`. Only ever a timeout: no other decision rests on the clock. */
export function remaining(end: number): number {
  return end === Number.POSITIVE_INFINITY ? end : Math.max(0, end - host.performance.now())
}
