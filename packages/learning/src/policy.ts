/**
 * The seam at which large blocks are placed: a policy says how many pages a request gets, which free run it comes
 * from and how much of what is freed is retained whole. It is read when a run is taken or freed, never on a fast
 * path, and before the placement that it decides.
 */

import { PAGE, type Runs } from '@hakmem/arena'

export interface Policy {
  readonly name: string
  /** Pages for a request of `bytes`. `site` is the call site's id, 0 if none was given. */
  pages(bytes: number, site: number): number
  /** First page of the free run to carve `pages` from, or 0 if none of this thread's fits. */
  place(runs: Runs, pages: number, site: number): number
  /** Share of the used pages that freed runs may occupy before they join their neighbours. */
  readonly retain: number
}

/** Best fit in address order: within about 1 % of the best fixed placement on every trace tried (docs/architecture.md). */
export const bestFit: Policy = {
  name: 'best fit',
  pages: (bytes) => Math.max(1, Math.ceil(bytes / PAGE)),
  place: (runs, pages) => runs.bestFit(pages),
  retain: 0.02,
}
