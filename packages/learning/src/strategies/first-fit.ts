/** First fit in address order: the lowest free run that is long enough. */

import type { Strategy } from '../strategy.ts'
import { bestFit } from './best-fit.ts'

export const firstFit: Strategy = {
  ...bestFit,
  name: 'first fit',
  place: (space, pages) => space.lowest(pages),
}
