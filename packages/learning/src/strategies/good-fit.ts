/**
 * Good fit: of the free runs that are at most an eighth too long the lowest, failing that the lowest of all; and memory that
 * was never used goes last, after Korn and Vo's preservation of the wilderness (1985). Best fit leaves slivers, and first
 * fit cuts up what a longer request will want; this does either only where the other would cost more. It comes within 2 %
 * of the best strategy on every trace tried, and is what learning starts from (docs/learning.md).
 */

import type { Strategy } from '../strategy.ts'
import { bestFit } from './best-fit.ts'

/** Share of a request that its run may be longer. */
const SPARE = 1 / 8

export const goodFit: Strategy = {
  ...bestFit,
  name: 'good fit',
  place: (space, pages) => space.lowestUsed(pages, Math.floor(pages * (1 + SPARE))),
}
