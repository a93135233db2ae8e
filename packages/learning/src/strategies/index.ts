/** All strategies. Their order is that of the numbers in policy words: the default first, new ones last. */

import type { Strategy } from '../strategy.ts'
import { bestFit } from './best-fit.ts'
import { cached } from './cached.ts'
import { firstFit } from './first-fit.ts'
import { goodFit } from './good-fit.ts'
import { nextFit } from './next-fit.ts'
import { rounded } from './rounded.ts'
import { segregated } from './segregated.ts'

export const STRATEGIES: readonly Strategy[] = [
  bestFit,
  cached,
  firstFit,
  rounded,
  segregated,
  nextFit,
  goodFit,
]

/** What large blocks are placed by unless something else was learned or pinned. */
export const DEFAULT_STRATEGY: Strategy = STRATEGIES[0]

/**
 * What a heap that learns places by until something else has proved better: memory that the first seconds spoil is spoilt
 * for good, so it is the one whose worst case is the least.
 */
export const FIRST_STRATEGY: Strategy = goodFit
