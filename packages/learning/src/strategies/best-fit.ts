/** Best fit in address order: within about 1 % of the best fixed placement on every trace tried (docs/learning.md). */

import type { Strategy } from '../strategy.ts'

export const bestFit: Strategy = {
  name: 'best fit',
  pages: (pages) => pages,
  place: (space, pages) => space.bestFit(pages),
  retain: 0,
}
