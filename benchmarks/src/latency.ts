/** Reading the times of single operations. */

import { PARTS } from './contender/protocol.ts'
import type { Latency } from './figures.ts'

/** How long all but the slowest `1 - part` took, in nanoseconds; undefined where too few were timed to have one of these. */
export function percentile(
  { count, nanoseconds }: Latency,
  part: (typeof PARTS)[number],
): number | undefined {
  return part === 1 || count * (1 - part) >= 1 ? nanoseconds[PARTS.indexOf(part)] : undefined
}
