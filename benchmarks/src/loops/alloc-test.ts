/**
 * alloc-test, after the program of that name that mimalloc-bench collects, described, not copied: toggle slots of which
 * half are occupied; a few are picked most of the time and most hardly ever. Blocks are filled when they are
 * allocated and summed up when they are freed. The original does 100,000,000 operations a thread.
 *
 * Slots lie in seven tiers, by Pareto's rule (four fifths of the picks go to a fifth of the slots) applied six times.
 * Sizes are uniform in (2^i, 2^(i+1)], with i = 2 for a half of the blocks, 3 for a quarter, and so on up to 9.
 */

import type { Allocator } from '../peers/allocator.ts'
import { alone, emptySlots } from './alone.ts'
import { type Lane, OWN, RANDOM, SUM } from './board.ts'
import { bindFill } from './fill.ts'
import { apart, type Loop, type Sizes } from './kind.ts'

type AllocTestShape = Sizes & {
  /** Of all threads together. */
  readonly slots: number
}

/** Of 5^6 slots those in tiers 0 .. k - 1: the sums of C(6, k) 4^k. The same from the other end is how often they are picked. */
const SLOTS_BELOW = [0, 1, 25, 265, 1545, 5385, 11_529, 15_625]
/** A 16-bit number below `PICKS_BELOW[k]` picks one of the tiers 0 .. k. */
const PICKS_BELOW = [17_180, 42_950, 59_056, 64_425, 65_432, 65_532, 65_536]
/** Words of a tier in the table: what is below picks it or one before it, its first slot, half of its slots. */
const TIER = 3
/** Not 0 once every other slot was occupied. */
const FILLED = OWN

/** V8 builds the address of a typed array of more than 64 bytes into the machine code; smaller ones may move. */
function tiersOf(slots: number): Int32Array {
  const starts = SLOTS_BELOW.map((below) => Math.floor((slots * below) / 15_625))
  return Int32Array.from(
    PICKS_BELOW.flatMap((below, k) => [below, starts[k], (starts[k + 1] - starts[k]) >>> 1]),
  )
}

/** Toggles `operations` times: each is one malloc or one free. */
function bind(heap: Allocator, { words, pointers }: Lane): Loop {
  const { U32 } = heap
  const fill = bindFill(heap)
  const table = tiersOf(pointers.length)
  /** A block of random size, filled with `random`; then its first word is the size. */
  const filled = (random: number) => {
    const bit = random & -random & 127
    const power = 4 << (bit === 0 ? 7 : 31 - Math.clz32(bit))
    const size = power + 1 + ((random >>> 7) & (power - 1))
    const p = heap.malloc(size)
    fill(p, size, random)
    U32[p >>> 2] = size
    return p
  }
  const occupy = () => {
    for (let slot = 0; slot < pointers.length; slot += 2) {
      words[RANDOM] = next(words[RANDOM])
      pointers[slot] = filled(words[RANDOM])
    }
    words[FILLED] = 1
  }
  return (operations) => {
    // Apart: what is inlined into a loop counts against a budget, and free would be left out of this one.
    if (words[FILLED] === 0) apart(occupy)
    const slots = pointers
    const tiers = table
    let random = words[RANDOM]
    let sum = words[SUM]
    for (let i = 0; i < operations; i++) {
      const first = next(random)
      random = next(first)
      let tier = 0
      while (first >>> 16 >= tiers[tier]) tier += TIER
      const half = tiers[tier + 2]
      // `random * half >>> 31`, which integers of 32 bits do in two steps.
      const step = Math.imul(random >>> 16, half) + (Math.imul(random & 0xffff, half) >>> 16)
      const slot = tiers[tier + 1] + (step >>> 15)
      const held = slots[slot]
      if (held !== 0) {
        sum = (sum + Math.imul(slot + 1, sumOf(U32, held))) | 0
        heap.free(held)
        slots[slot] = 0
      } else {
        slots[slot] = filled(first)
      }
    }
    words[RANDOM] = random
    words[SUM] = sum
    return operations
  }
}

function next(random: number): number {
  const a = random ^ (random << 13)
  const b = a ^ (a >>> 17)
  return b ^ (b << 5)
}

function sumOf(U32: Uint32Array, p: number): number {
  const first = p >>> 2
  const size = U32[first]
  // An integer from the start, or V8 adds doubles.
  let sum = size | 0
  for (let at = first + 1; at < first + (size >>> 2); at++) sum = (sum + U32[at]) | 0
  return sum
}

export const allocTest = alone<AllocTestShape>({
  name: 'alloc-test',
  bind,
  single: true,
  fillsBlocks: true,
  empty: emptySlots(({ U32 }, p) => sumOf(U32, p)),
  pointersPerLane: ({ slots }, threads) => Math.floor(slots / threads),
  live: ({ slots }) => ({ blocks: slots / 2, bytes: (slots / 2) * 27 }),
  idle: (shape) => ({ ...shape, slots: 64 }),
})
