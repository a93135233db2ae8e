/** Best fit of lengths rounded up to an eighth of their power of two: fewer different holes, at most 12.5 % wasted. */

import type { Strategy } from '../strategy.ts'
import { bestFit } from './best-fit.ts'

export const rounded: Strategy = {
  ...bestFit,
  name: 'best fit, rounded to 1/8',
  pages(pages) {
    const step = Math.max(1, (2 ** (31 - Math.clz32(pages))) >>> 3)
    return Math.ceil(pages / step) * step
  },
}
