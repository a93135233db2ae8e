/**
 * Mixes: what a worker does for a while. Slots of its table are toggled at random inside a window, so that about
 * half of them hold a block; sizes are spread evenly over the magnitudes from `least` to `most` bytes.
 */

import type { Random } from './random.ts'

export interface Mix {
  readonly name: string
  /** The slots in play. */
  readonly from: number
  readonly slots: number
  readonly least: number
  readonly most: number
  /** Of 256 operations on a full slot, so many send the block to another seat; as many are tried to receive. */
  readonly sends: number
  /** How long, in turns, for one who has just begun and for one who has been at work for a while. */
  readonly young: number
  readonly old: number
  /** Of 8 operations on an empty slot, so many fill it. */
  readonly fills: number
}

const mix = (name: string, of: Partial<Mix>): Mix => ({
  name,
  from: 0,
  slots: 512,
  least: 1,
  most: 1024,
  sends: 8,
  young: 3000,
  old: 200_000,
  fills: 8,
  ...of,
})

export const MIXES: readonly Mix[] = [
  mix('hot', { slots: 64, least: 32, most: 32, sends: 0, old: 1_000_000 }),
  mix('tiny', {}),
  mix('more tiny', { slots: 900 }),
  mix('pipe', { least: 16, most: 256, sends: 128 }),
  mix('mid', { from: 512, slots: 64, least: 1025, most: 65_535, sends: 16, old: 20_000 }),
  mix('all', { slots: 300, most: 65_535, sends: 16, old: 20_000 }),
  mix('large', { from: 992, slots: 12, least: 65_536, most: 400_000, young: 500, old: 1000 }),
  mix('frees', { slots: 900, fills: 0, old: 3000 }),
]

/** Takes what there is, until a request fails; what it holds then goes at once. */
export const FULL: Mix = mix('full', {
  from: 900,
  slots: 124,
  least: 20_000,
  most: 2_000_000,
  sends: 0,
})

export function sizeIn(mix: Mix, random: Random): number {
  const { least, most } = mix
  if (least === most) return least
  const low = 31 - Math.clz32(least)
  const high = 31 - Math.clz32(most)
  const power = low + random.below(high - low + 1)
  const size = (1 << power) + random.below(1 << power)
  return size < least ? least : Math.min(size, most)
}
