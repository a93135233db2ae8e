// Numbers for tests, the same in every run. On its own, so that workers need not load the harness.

/** Draws a whole number from 0 up to, not including, `below`. */
export type Random = (below: number) => number

/** A small generator of numbers from a seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed | 0
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}
