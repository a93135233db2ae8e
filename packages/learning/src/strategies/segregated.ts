/**
 * Best fit, but blocks of call sites that are known to live briefly go to the far end of the highest free run, away from
 * what stays. Known means from 32 freed blocks of the site on (`sites.ts`): segregation on a wrong guess cost two thirds
 * of the memory on a growing heap.
 */

import type { Strategy } from '../strategy.ts'
import { bestFit } from './best-fit.ts'

export const segregated: Strategy = {
  ...bestFit,
  name: 'segregated by call site',
  place: (space, pages, site) => (space.isBrief(site) ? space.highest(pages) : space.bestFit(pages)),
  atEnd: (space, site) => space.isBrief(site),
}
