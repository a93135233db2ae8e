/** Next fit: the lowest free run behind the last placement. The control: known to fragment, so it must end last. */

import type { Strategy } from '../strategy.ts'
import { bestFit } from './best-fit.ts'

export const nextFit: Strategy = {
  ...bestFit,
  name: 'next fit',
  place(space, pages) {
    const page = space.lowest(pages, space.cursor) || space.lowest(pages)
    if (page !== 0) space.cursor = page + pages
    return page
  },
}
