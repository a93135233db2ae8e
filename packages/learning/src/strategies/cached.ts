/**
 * Best fit, with freed runs retained whole for requests of just their length, up to 2 % of what is used. Looking for one
 * costs more than the joins that it saves (docs/learning.md), so it is not the default.
 */

import type { Strategy } from '../strategy.ts'
import { bestFit } from './best-fit.ts'

export const cached: Strategy = { ...bestFit, name: 'best fit, 2 % retained', retain: 0.02 }
