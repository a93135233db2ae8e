/** Best fit in address order: the default, for memory and time taken together (docs/learning.md). */

import type { Strategy } from '../strategy.ts'

export const bestFit: Strategy = {
  name: 'best fit',
  pages: (pages) => pages,
  place: (space, pages) => space.bestFit(pages),
  retain: 0,
}
