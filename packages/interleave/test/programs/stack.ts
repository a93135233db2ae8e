// A stack of nodes by index, after Treiber. The broken pop compares the head alone: a head that was popped and pushed
// again in between is the same number with another node below it (ABA). The mended head carries a count of its changes.

import type { Scenario } from '../../dist/scenario.js'

const HEAD = 0
const NODES = 3
/** Bits of the head that are the node; the rest is the count. */
const NODE = 0xff

const nodeOf = (head: number): number => head & NODE

function push(words: Int32Array, node: number, tagged: boolean): void {
  for (;;) {
    const head = Atomics.load(words, HEAD)
    Atomics.store(words, node, nodeOf(head))
    if (Atomics.compareExchange(words, HEAD, head, node | (tagged ? (head & ~NODE) + NODE + 1 : 0)) === head)
      return
  }
}

function pop(words: Int32Array, tagged: boolean): number {
  for (;;) {
    const head = Atomics.load(words, HEAD)
    const node = nodeOf(head)
    if (node === 0) return 0
    const below = Atomics.load(words, node)
    if (Atomics.compareExchange(words, HEAD, head, below | (tagged ? (head & ~NODE) + NODE + 1 : 0)) === head)
      return node
  }
}

const scenario = (name: string, tagged: boolean): Scenario<Int32Array> => ({
  name,
  setup() {
    const words = new Int32Array(new SharedArrayBuffer(4 * (NODES + 1)))
    for (let node = NODES; node > 0; node--) push(words, node, tagged)
    return words
  },
  threads: {
    one: (words) => pop(words, tagged),
    two: (words) => {
      const first = pop(words, tagged)
      const second = pop(words, tagged)
      push(words, first, tagged)
      return second
    },
  },
  check(words, { results }) {
    const held = [results.one[0]?.returned, results.two[0]?.returned].filter((node) => node !== 0)
    for (let node = nodeOf(words[HEAD]); node !== 0; node = words[node]) {
      if (held.length > NODES) throw new Error('the stack runs in a circle')
      held.push(node)
    }
    const sorted = held.sort().join()
    if (sorted !== '1,2,3') throw new Error(`each node once, but there are ${sorted}`)
  },
})

export const broken = scenario('a stack without a count', false)
export const mended = scenario('a stack with a count', true)
