/**
 * The states reached so far, by a key of 64 bits, each with the budget that was left there: an open-addressed table, for
 * a Map would allocate for every key. Ten million states collide by chance with a probability of 3e-6.
 */

const EMPTY = 0

export class States {
  private keys = new Int32Array(2 * 4096)
  private budgets = new Uint8Array(4096)
  size = 0

  clear(): void {
    this.budgets.fill(EMPTY)
    this.size = 0
  }

  /** Notes that a state is reached with `budget`; false if it was before, with at least as much. */
  enter(a: number, b: number, budget: number): boolean {
    if (2 * this.size >= this.budgets.length) this.grow()
    const slot = this.find(a, b)
    if (this.budgets[slot] === EMPTY) {
      this.keys[2 * slot] = a
      this.keys[2 * slot + 1] = b
      this.size++
    } else if (this.budgets[slot] > budget) return false
    this.budgets[slot] = budget + 1
    return true
  }

  private find(a: number, b: number): number {
    const mask = this.budgets.length - 1
    let slot = (a ^ (b >>> 7)) & mask
    while (this.budgets[slot] !== EMPTY && (this.keys[2 * slot] !== a || this.keys[2 * slot + 1] !== b)) {
      slot = (slot + 1) & mask
    }
    return slot
  }

  private grow(): void {
    const { keys, budgets } = this
    this.keys = new Int32Array(2 * keys.length)
    this.budgets = new Uint8Array(2 * budgets.length)
    for (let n = 0; n < budgets.length; n++) {
      if (budgets[n] === EMPTY) continue
      const slot = this.find(keys[2 * n], keys[2 * n + 1])
      this.keys[2 * slot] = keys[2 * n]
      this.keys[2 * slot + 1] = keys[2 * n + 1]
      this.budgets[slot] = budgets[n]
    }
  }
}
