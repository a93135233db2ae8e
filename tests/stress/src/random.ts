/** Random numbers fast enough for a hot loop, the same for the same seed (xorshift32, Marsaglia 2003). */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = Math.imul(seed + 1, 0x9e3779b1) | 1
    for (let k = 0; k < 8; k++) this.bits()
  }

  /** 32 random bits, signed. */
  bits(): number {
    let x = this.state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.state = x
    return x
  }

  /** From 0 to `limit` - 1. */
  below(limit: number): number {
    return ((this.bits() >>> 0) % limit) | 0
  }
}
