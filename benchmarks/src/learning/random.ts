/** Seeded chance, so that a run can be had again. */

/** Uniform in 0..1, from `seed`: a Weyl sequence, hashed (Steele, Lea and Flood 2014, in 32 bits). */
export function uniform(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let hash = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97)
    return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32
  }
}

/** Standard normal (Box and Muller 1958). */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
