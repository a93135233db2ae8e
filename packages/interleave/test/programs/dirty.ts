// How a thread that frees a block of another tells the owner where to look: it marks the block's byte, and sees to it
// that the slab is looked at. The broken one raises a flag and, if it was down, pushes the slab on a list. One that stops
// between the two leaves a slab that is flagged and on no list, and whoever frees into it next trusts the flag.

import type { Scenario } from '../../dist/scenario.js'

const SLABS = 2
const BLOCKS = 2
const MARK = 255

interface Heap {
  /** Head of the list of dirty slabs, as slab + 1; then a flag and a link for each slab. */
  readonly head: Int32Array
  readonly flag: Int32Array
  readonly next: Int32Array
  readonly bytes: Uint8Array
}

interface Dirty {
  announce(heap: Heap, slab: number): void
  collect(heap: Heap): number
}

function sweep(heap: Heap, slab: number): number {
  let found = 0
  for (let b = slab * BLOCKS; b < (slab + 1) * BLOCKS; b++) {
    if (Atomics.compareExchange(heap.bytes, b, MARK, 0) === MARK) found++
  }
  return found
}

const listed: Dirty = {
  announce(heap, slab) {
    if (Atomics.exchange(heap.flag, slab, 1) !== 0) return
    for (;;) {
      const head = Atomics.load(heap.head, 0)
      Atomics.store(heap.next, slab, head)
      if (Atomics.compareExchange(heap.head, 0, head, slab + 1) === head) return
    }
  },
  collect(heap) {
    let found = 0
    for (let at = Atomics.exchange(heap.head, 0, 0); at !== 0; ) {
      const slab = at - 1
      at = Atomics.load(heap.next, slab)
      Atomics.store(heap.flag, slab, 0)
      found += sweep(heap, slab)
    }
    return found
  },
}

const flagged: Dirty = {
  announce(heap, slab) {
    Atomics.exchange(heap.flag, slab, 1)
  },
  collect(heap) {
    let found = 0
    for (let slab = 0; slab < SLABS; slab++) {
      if (Atomics.exchange(heap.flag, slab, 0) !== 0) found += sweep(heap, slab)
    }
    return found
  },
}

function free(heap: Heap, dirty: Dirty, block: number): void {
  Atomics.store(heap.bytes, block, MARK)
  dirty.announce(heap, Math.floor(block / BLOCKS))
}

const scenario = (name: string, dirty: Dirty): Scenario<Heap> => ({
  name,
  setup() {
    const buffer = new SharedArrayBuffer(4 + 4 * SLABS + 4 * SLABS + SLABS * BLOCKS)
    return {
      head: new Int32Array(buffer, 0, 1),
      flag: new Int32Array(buffer, 4, SLABS),
      next: new Int32Array(buffer, 4 + 4 * SLABS, SLABS),
      bytes: new Uint8Array(buffer, 4 + 8 * SLABS),
    }
  },
  threads: {
    one: (heap) => free(heap, dirty, 0),
    two: [(heap) => free(heap, dirty, 1), (heap) => free(heap, dirty, 2)],
    owner: (heap) => dirty.collect(heap),
  },
  check(heap, { results, killed }) {
    dirty.collect(heap)
    // Whoever takes over from a dead owner goes by the bytes: the flag may have been taken down just before.
    if (killed.some(({ thread }) => thread === 'owner'))
      for (let slab = 0; slab < SLABS; slab++) sweep(heap, slab)
    // A free that was under way when its thread was killed may be lost; no other.
    const freed = [results.one[0], results.two[0], results.two[1]]
    for (const [block, outcome] of freed.entries()) {
      if (outcome !== undefined && heap.bytes[block] === MARK) throw new Error(`block ${block} is lost`)
    }
  },
})

export const broken = scenario('a linked list of dirty slabs', listed)
export const mended = scenario('flags alone', flagged)
